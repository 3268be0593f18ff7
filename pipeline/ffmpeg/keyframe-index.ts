import { AppError } from '../errors.ts';
import { BoxError } from '../model/mp4/box.ts';
import { type KeyframeDelay, readKeyframeDelay } from '../model/mp4/keyframe-delay.ts';
import type { Rational, Ticks } from '../model/time.ts';
import { INPUT_LIMITS } from './ffprobe-command.ts';
import type { FfmpegTools } from './locate.ts';
import { readMovieBox } from './read-movie-box.ts';
import { type FfprobeOptions, readFfmpegLines } from './run-ffprobe.ts';
import { toTicks } from './stream-extent.ts';

/**
 * The keyframes of a container whose own index goes by decode times, as its demuxer counts them, edit lists applied:
 * absolute source time at 90 kHz, both ascending, one entry a keyframe.
 */
export interface KeyframeIndex {
  /** At or after the PTS. */
  shownByTicks: readonly Ticks[];
  dtsTicks: readonly Ticks[];
}

/** A packet, in units of its stream's time base. */
export interface KeyframeLine {
  dts: number;
  pts: number;
  /** Only there to be decoded: an edit list takes it off the presentation. */
  isDiscarded: boolean;
}

export type KeyframeScanOptions = Omit<FfprobeOptions, 'tools'> & {
  tools: Pick<FfmpegTools, 'ffmpegPath' | 'lifeline'>;
  streamIndex: number;
  /** MP4, QuickTime. */
  isMovie: boolean;
};

const SCAN_TIMEOUT_MS = 10 * 60_000;

/**
 * Reads the keyframes of a stream and skips what is between them: under a second for an hour of film. Undefined where its
 * keyframes cannot be told apart by their times (films put together by edit lists).
 *
 * @throws AppError as streamFfprobe does, and `source_unreadable`
 */
export async function scanKeyframes(path: string, options: KeyframeScanOptions): Promise<KeyframeIndex | undefined> {
  const keyframes: KeyframeLine[] = [];
  let timeBase: Rational | undefined;
  const args = keyframeScanArgs(path, options.streamIndex);
  const { exitCode, stderr } = await readFfmpegLines(args, { timeoutMs: SCAN_TIMEOUT_MS, ...options }, (line) => {
    timeBase ??= parseTimeBaseLine(line);
    const keyframe = parseKeyframeLine(line);
    if (keyframe) keyframes.push(keyframe);
  });
  // Half an index would send every later place to its last keyframe.
  if (exitCode !== 0) throw new AppError('source_unreadable', 'The keyframes of this file could not be read.', { details: { stderr } });
  if (!timeBase) return undefined;
  if (!options.isMovie) return indexKeyframes(keyframes, timeBase);
  const delay = await readDelay(path, options.streamIndex);
  if (!delay || timeBase.num !== 1 || timeBase.den !== delay.timescale) return undefined;
  // Skipping packets, ffmpeg's MP4 demuxer gives a keyframe the composition offset of another sample: its DTS alone is right (tried).
  return indexKeyframes(
    keyframes.map((keyframe) => ({ ...keyframe, pts: keyframe.dts + delay.ticks })),
    timeBase,
  );
}

async function readDelay(path: string, streamIndex: number): Promise<KeyframeDelay | undefined> {
  try {
    const movie = await readMovieBox(path);
    return movie && readKeyframeDelay(movie, streamIndex);
  } catch (error) {
    // What ffmpeg makes sense of and we do not has no index.
    if (error instanceof BoxError) return undefined;
    throw error;
  }
}

/** Demuxers skip packets that are no keyframes without reading them; framecrc prints the times of those that are left. */
export function keyframeScanArgs(path: string, streamIndex: number): string[] {
  return [
    ...['-copyts', ...INPUT_LIMITS, `-discard:${streamIndex}`, 'nokey', '-i', `file:${path}`],
    ...['-map', `0:${streamIndex}`, '-c', 'copy', '-copytb', '1', '-f', 'framecrc', '-'],
  ];
}

/** `#tb 0: 1/15360` */
function parseTimeBaseLine(line: string): Rational | undefined {
  const match = /^#tb 0: (\d+)\/(\d+)$/.exec(line);
  return match ? { num: Number(match[1]), den: Number(match[2]) } : undefined;
}

const KEY = 0x1;
const DISCARD = 0x4;

/**
 * Parses e.g. `0, -1024, 0, 512, 615354, 0xd19cf7d7, F=0x5`: stream, DTS, PTS, duration, size, checksum, and flags where they
 * are not just those of a keyframe. Undefined for all else: the probe reads the first packets before any can be skipped.
 */
export function parseKeyframeLine(line: string): KeyframeLine | undefined {
  const match = /^0, *(-?\d+), *(-?\d+), *-?\d+, *\d+, *0x[0-9a-f]+(?:, *F=0x([0-9A-Fa-f]+))?/.exec(line);
  if (!match) return undefined;
  const flags = match[3] === undefined ? KEY : Number.parseInt(match[3], 16);
  if ((flags & KEY) === 0) return undefined;
  return { dts: Number(match[1]), pts: Number(match[2]), isDiscarded: (flags & DISCARD) !== 0 };
}

/**
 * Undefined where a seek could not be aimed: there are none, times do not ascend, or an edit starts between keyframes
 * elsewhere than at the film's start. There the keyframe before a place may belong to another stretch of the film.
 */
export function indexKeyframes(keyframes: readonly KeyframeLine[], timeBase: Rational): KeyframeIndex | undefined {
  const shownByTicks = keyframes.map(({ pts }) => toTicks(pts, timeBase));
  const dtsTicks = keyframes.map(({ dts }) => toTicks(dts, timeBase));
  if (keyframes.length === 0 || !isAscending(shownByTicks) || !isAscending(dtsTicks)) return undefined;
  return keyframes.some(({ isDiscarded }, index) => isDiscarded && index > 0) ? undefined : { shownByTicks, dtsTicks };
}

/**
 * The time to seek to so that decoding starts at the last keyframe that is shown by `ticks`: three quarters of the way to
 * the next one, by decode time. A demuxer takes up to a few frames off before it searches (MP4 its edit list's shift, ffmpeg
 * the reordering it guesses), never adds any: so it cannot land late, and early only where keyframes stand closer than that.
 * Undefined before the first.
 */
export function seekToKeyframeBefore({ shownByTicks, dtsTicks }: KeyframeIndex, ticks: Ticks): Ticks | undefined {
  let low = 0;
  let high = shownByTicks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((shownByTicks[middle] as Ticks) <= ticks) low = middle + 1;
    else high = middle;
  }
  const dts = dtsTicks[low - 1];
  if (dts === undefined) return undefined;
  const next = dtsTicks[low];
  return next === undefined ? Math.max(ticks, dts) : Math.floor(dts + ((next - dts) * 3) / 4);
}

function isAscending(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value > (values[index - 1] as number));
}
