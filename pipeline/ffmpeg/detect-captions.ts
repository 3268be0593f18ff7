import { AppError } from '../errors.ts';
import { type CaptionChannel, readCaptionChannels, withoutEmulationPrevention } from '../model/captions.ts';
import { type Seconds, type Ticks, ticksToSeconds } from '../model/time.ts';
import { INPUT_LIMITS } from './ffprobe-command.ts';
import { type FfmpegReading, streamFfmpeg } from './run-ffprobe.ts';

/** The units of a bitstream that captions are in: SEI, and user data of MPEG-2. */
const CAPTION_UNITS: Readonly<Record<string, string>> = { h264: '6', hevc: '39|40', mpeg2video: '178' };
/** So much is read at the start, where somebody may not have spoken yet, and in the middle. */
const SAMPLE_SECONDS = 30;
/** They are a few kilobytes a second. */
const MOST_BYTES = 4 * 1024 * 1024;
/** A menu's entry is worth this long and no more: nothing is decoded, and usually it takes a tenth of a second. */
const TIMEOUT_MS = 5_000;

export interface CaptionedPicture {
  codec: string;
  streamIndex: number;
  durationTicks: Ticks | undefined;
}

/**
 * The channels of closed captions that something is written to, where a minute of the picture is looked at. Undefined where that
 * cannot be found out, in this codec or in time.
 *
 * @throws AppError `cancelled`
 */
export async function detectCaptions(
  path: string,
  picture: CaptionedPicture,
  options: FfmpegReading,
): Promise<CaptionChannel[] | undefined> {
  const units = CAPTION_UNITS[picture.codec];
  if (units === undefined) return undefined;
  const starts = sampleStarts(picture.durationTicks);
  const samples = await Promise.all(starts.map((start) => readUnits(captionArgs(path, picture.streamIndex, units, start), options)));
  const read = samples.filter((sample) => sample !== undefined);
  return read.length === 0 ? undefined : readCaptionChannels(withoutEmulationPrevention(Buffer.concat(read)));
}

function sampleStarts(durationTicks: Ticks | undefined): Seconds[] {
  const seconds = durationTicks === undefined ? 0 : ticksToSeconds(durationTicks);
  return seconds <= 2 * SAMPLE_SECONDS ? [0] : [0, seconds / 2];
}

async function readUnits(args: string[], options: FfmpegReading): Promise<Buffer | undefined> {
  const collected: Buffer[] = [];
  let size = 0;
  try {
    const { exitCode } = await streamFfmpeg(args, { ...options, timeoutMs: TIMEOUT_MS }, (bytes) => {
      if (size < MOST_BYTES) collected.push(bytes);
      size += bytes.length;
    });
    return exitCode === 0 || size > 0 ? Buffer.concat(collected) : undefined;
  } catch (error) {
    if (error instanceof AppError && error.code === 'cancelled') throw error;
    options.log.debug({ err: error }, 'the channels of closed captions could not be looked for');
    return undefined;
  }
}

/** Pure. */
export function captionArgs(path: string, streamIndex: number, units: string, startSeconds: Seconds): string[] {
  return [
    ...INPUT_LIMITS,
    ...['-an', '-sn', '-dn', ...(startSeconds > 0 ? ['-ss', startSeconds.toFixed(3)] : []), '-t', String(SAMPLE_SECONDS)],
    ...['-i', `file:${path}`, '-map', `0:${streamIndex}`, '-c', 'copy', '-bsf:v', `filter_units=pass_types=${units}`, '-f', 'data', '-'],
  ];
}
