import { type FileHandle, open } from 'node:fs/promises';
import { AppError, toAppError } from '../errors.ts';
import type { CaptionChannel } from '../model/captions.ts';
import type { SourceInfo } from '../model/source-info.ts';
import { countUnclockedSound } from './counted-sound.ts';
import { detectCaptions } from './detect-captions.ts';
import { detectFields, type FieldOrder, mayHideFields } from './detect-fields.ts';
import { headArgs, streamHeadArgs } from './ffprobe-command.ts';
import { inParallel } from './in-parallel.ts';
import type { FfmpegTools } from './locate.ts';
import { isAudio, isMovingPicture, parseRational, parseSourceInfo, secondsOf } from './parse-probe.ts';
import { type ProbeDocument, type ProbedStream, parseProbeDocument, readStreamHeads } from './probe-document.ts';
import { encrypted, probeFailure, SIGNATURE_BYTES } from './probe-failure.ts';
import { type EarlyTails, FULL_SCAN_TIMEOUT_MS, readTails, startEarlyTails } from './read-tails.ts';
import { collectFfprobe, type FfprobeOptions } from './run-ffprobe.ts';
import { checkSourceLength, checkSourceLimits } from './source-limits.ts';
import { stillPicture } from './still-picture.ts';
import type { StreamHead, StreamTails } from './stream-extent.ts';
import { countClockRestarts } from './ts-clock.ts';

/** Packets of all streams together, read in the first run: enough for one picture and one or two sounds. */
const HEAD_PACKETS = 32;
/** Packets of one stream that the first run left short, tried in turn: a TS can start seconds before its first keyframe. */
const STREAM_HEAD_PACKETS = [24, 240, 2400];
/** Frames in hand before the first shown is known: pictures before a leading keyframe follow within these. */
const VIDEO_HEAD_FRAMES = 8;
const AUDIO_HEAD_FRAMES = 3;

export type ProbeOptions = FfprobeOptions & { tools: Pick<FfmpegTools, 'ffmpegPath'> };

/**
 * Finds out what a source is and where each of its streams truly starts and ends, in two short runs of ffprobe for a
 * usual film, side by side for an MP4: the head, decoded, and the last packets. Pictures of television that state no fields are
 * looked at as well.
 *
 * @param path absolute
 * @throws AppError `source_missing`, `source_empty`, `source_unreadable`, `source_not_media`, `source_still`, `source_truncated`,
 *   `source_no_streams`, `source_unsupported` (nothing in it decodes), `cancelled`, `ffmpeg_missing`
 */
export async function probeSource(path: string, options: ProbeOptions): Promise<SourceInfo> {
  const first = await readFirstBytes(path);
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const early = await startEarlyTails(path, { ...options, signal });
  try {
    return await probe(path, first, early, options);
  } finally {
    stop.abort();
    await early?.tails;
  }
}

async function probe(
  path: string,
  { sizeBytes, head: firstBytes }: Awaited<ReturnType<typeof readFirstBytes>>,
  early: EarlyTails | undefined,
  options: ProbeOptions,
): Promise<SourceInfo> {
  const { stdout, stderr } = await collectFfprobe(path, headArgs(HEAD_PACKETS), options);
  const document = parseProbeDocument(stdout);
  if (document?.format === undefined) throw probeFailure(path, stderr, firstBytes);
  const streams = document.streams.filter((stream) => isAudio(stream) || isMovingPicture(stream));
  if (streams.length === 0) throw noStreams(document);
  checkSourceLimits(streams, stderr);

  const [heads, tails, seenFields, captionChannels] = await Promise.all([
    readHeads(path, document, streams, options),
    readTails(path, document, streams, options, early),
    lookForFields(path, document, options),
    lookForCaptions(path, document, options),
  ]);
  if ([...heads.values()].some(({ packets, encryptedPackets }) => encryptedPackets * 2 > packets)) throw encrypted();
  const info = parseSourceInfo({ document, heads, tails, sizeBytes, seenFields, captionChannels });
  if (!info.video && info.audio.length === 0) throw nothingDecodes(streams, heads, tails);
  if (isAnimationOfOne(info)) throw stillPicture();
  const counted = await countUnclockedSound(path, info, heads, { timeoutMs: FULL_SCAN_TIMEOUT_MS, ...options });
  checkSourceLength(counted);
  const clockRestarts = info.formatNames.includes('mpegts') ? await countClockRestarts(path) : 0;
  return clockRestarts === 0 ? counted : { ...counted, clockRestarts };
}

/** Also the checks that need no ffprobe. */
async function readFirstBytes(path: string): Promise<{ sizeBytes: number; head: Uint8Array }> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const stats = await file.stat();
    if (!stats.isFile()) throw new AppError('source_unreadable', 'This is not a file. Add the film itself.');
    if (stats.size === 0) throw new AppError('source_empty', 'This file is empty. Copy or download it again.');
    const { bytesRead, buffer } = await file.read(Buffer.alloc(SIGNATURE_BYTES), 0, SIGNATURE_BYTES, 0);
    return { sizeBytes: stats.size, head: buffer.subarray(0, bytesRead) };
  } catch (error) {
    if (error instanceof AppError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new AppError('source_missing', 'This file is gone. Put it back, or add it again.', { cause: error, retryable: true });
    }
    throw new AppError('source_unreadable', 'This file cannot be read. Check its permissions and its disk, then add it again.', {
      cause: error,
      retryable: toAppError(error).retryable,
    });
  } finally {
    await file?.close();
  }
}

/** The heads of the first run, completed stream by stream where they were too short to tell the first frame. */
async function readHeads(
  path: string,
  document: ProbeDocument,
  streams: readonly ProbedStream[],
  options: FfprobeOptions,
): Promise<Map<number, StreamHead>> {
  const heads = readStreamHeads(document);
  const packets = [...heads.values()].reduce((sum, head) => sum + head.packets, 0);
  if (packets < HEAD_PACKETS) return heads; // That was the whole file.
  const short = streams.filter((stream) => !isLongEnough(stream, heads.get(stream.index)));
  await inParallel(short, async (stream) => {
    for (const packetCount of STREAM_HEAD_PACKETS) {
      const { stdout } = await collectFfprobe(path, streamHeadArgs(stream.index, packetCount), {
        timeoutMs: FULL_SCAN_TIMEOUT_MS,
        ...options,
      });
      const read = parseProbeDocument(stdout);
      const head = read && readStreamHeads(read).get(stream.index);
      if (head) heads.set(stream.index, head);
      if (!head || head.packets < packetCount || isLongEnough(stream, head)) return;
    }
  });
  return heads;
}

function isLongEnough(stream: ProbedStream, head: StreamHead | undefined): boolean {
  return (head?.frames ?? 0) >= (isAudio(stream) ? AUDIO_HEAD_FRAMES : VIDEO_HEAD_FRAMES);
}

/** GIF and APNG hold one picture more often than many. */
function isAnimationOfOne({ formatNames, video }: SourceInfo): boolean {
  return ['gif', 'apng'].includes(formatNames[0] ?? '') && video?.firstFrameTicks === video?.lastFrameTicks;
}

/** Of the pictures that may consist of fields without saying so, the first that decodes is nearly always the one that is played. */
async function lookForFields(path: string, document: ProbeDocument, options: ProbeOptions): Promise<Map<number, FieldOrder>> {
  const picture = document.streams.filter(isMovingPicture).find(isUnmarkedTelevision);
  if (!picture) return new Map();
  const durationTicks = secondsOf(picture.duration) ?? secondsOf(document.format?.duration);
  const order = await detectFields(path, { durationTicks, streamIndex: picture.index }, options);
  return new Map(order === undefined ? [] : [[picture.index, order]]);
}

/** Of the pictures with room for captions, likewise. */
async function lookForCaptions(
  path: string,
  document: ProbeDocument,
  options: ProbeOptions,
): Promise<Map<number, readonly CaptionChannel[]>> {
  const picture = document.streams.filter(isMovingPicture).find(({ closed_captions }) => closed_captions === 1);
  if (!picture) return new Map();
  const { index: streamIndex, codec_name: codec = '' } = picture;
  const durationTicks = secondsOf(picture.duration) ?? secondsOf(document.format?.duration);
  const channels = await detectCaptions(path, { codec, streamIndex, durationTicks }, options);
  return new Map(channels === undefined ? [] : [[streamIndex, channels]]);
}

function isUnmarkedTelevision({
  codec_name: codec = '',
  height = 0,
  field_order: fieldOrder = 'unknown',
  ...stream
}: ProbedStream): boolean {
  const rate = parseRational(stream.avg_frame_rate) ?? parseRational(stream.r_frame_rate);
  return rate !== undefined && mayHideFields({ codec, height, fieldOrder, framesPerSecond: rate.num / rate.den });
}

function noStreams(document: ProbeDocument): AppError {
  const kinds = [...new Set(document.streams.map((stream) => stream.codec_type ?? 'unknown'))].join(', ');
  const found = kinds === '' ? 'There are no streams in this file' : `There is no picture and no sound in this file, only: ${kinds}`;
  return new AppError('source_no_streams', `${found}. Add the film itself.`);
}

function nothingDecodes(streams: readonly ProbedStream[], heads: ReadonlyMap<number, StreamHead>, tails: StreamTails): AppError {
  const codecs = [...new Set(streams.map((stream) => stream.codec_name ?? stream.codec_tag_string ?? 'unknown'))].join(', ');
  const isHollow = streams.every(({ index }) => (heads.get(index)?.packets ?? 0) === 0 && !tails.has(index));
  if (isHollow) {
    return new AppError(
      'source_truncated',
      'This file describes streams but holds nothing of them: it was cut short. Copy or download it again.',
    );
  }
  const message = `Nothing in this file could be decoded (${codecs}): it is damaged, encrypted or of a codec that this ffmpeg does not know. Convert it and try again.`;
  return new AppError('source_unsupported', message);
}
