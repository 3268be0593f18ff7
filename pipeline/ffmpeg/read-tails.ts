import type { Ticks } from '../model/time.ts';
import { VIDEO_TIMESCALE } from '../model/time.ts';
import { packetArgs, type ReadInterval } from './ffprobe-command.ts';
import { inParallel } from './in-parallel.ts';
import { parsePacketLine } from './packet-line.ts';
import { secondsOf } from './parse-probe.ts';
import type { ProbeDocument, ProbedStream } from './probe-document.ts';
import { readMovieTicks } from './read-movie-box.ts';
import { type FfprobeOptions, readFfprobeLines } from './run-ffprobe.ts';
import { addToTails, type StreamTails } from './stream-extent.ts';

/** How long before the stated end the last packets are looked for, in turn; then everything is read. */
const TAIL_SECONDS = [5, 60];
/** Longer than the first of those: what a movie and its streams say of their end differs a little. */
const EARLY_TAIL_SECONDS = 6;
const EARLY_SLACK_SECONDS = 2;
export const FULL_SCAN_TIMEOUT_MS = 15 * 60_000;

/** Demuxers that land at true times after a seek. The others (MP3, ADTS, MXF, raw streams) guess: they are read whole. */
const SEEKS_TRULY = new Set([
  ...['mov', 'matroska', 'mpegts', 'mpeg', 'avi', 'flv', 'asf', 'ogg', 'nut'],
  ...['wav', 'w64', 'aiff', 'caf', 'au', 'flac'],
]);

/** The last packets of a film, read while its head still is: an MP4 says at once where about they are. */
export interface EarlyTails {
  fromTicks: Ticks;
  /** Undefined where they could not be read; never rejects. */
  tails: Promise<StreamTails | undefined>;
}

/** Undefined where a file does not say at once how long it is, or is too short for it to matter. Ending the signal ends it. */
export async function startEarlyTails(path: string, options: FfprobeOptions): Promise<EarlyTails | undefined> {
  const statedTicks = await readMovieTicks(path).catch(() => undefined);
  const fromTicks = (statedTicks ?? 0) - EARLY_TAIL_SECONDS * VIDEO_TIMESCALE;
  if (fromTicks <= 0) return undefined;
  const tails: StreamTails = new Map();
  const read = addTails(path, tails, { fromTicks }, undefined, options);
  return {
    fromTicks,
    tails: read.then(
      () => tails,
      () => undefined,
    ),
  };
}

/** Not when the movie's header and its streams tell of different ends. */
function isOfSameEnd(early: EarlyTails, fromTicks: Ticks): boolean {
  const moreTicks = fromTicks - early.fromTicks;
  return moreTicks >= 0 && moreTicks <= EARLY_SLACK_SECONDS * VIDEO_TIMESCALE;
}

/** The last packets of every stream: near the stated end, near each stream's own, further back, and at last by reading all. */
export async function readTails(
  path: string,
  document: ProbeDocument,
  streams: readonly ProbedStream[],
  options: FfprobeOptions,
  early?: EarlyTails,
): Promise<StreamTails> {
  const tails: StreamTails = new Map();
  const missing = (): ProbedStream[] => streams.filter((stream) => !tails.has(stream.index));
  const formatNames = document.format?.format_name?.split(',') ?? [];
  const startTicks = secondsOf(document.format?.start_time) ?? 0;
  const endTicks = statedEnd(document.format);
  if (endTicks !== undefined && formatNames.some((name) => SEEKS_TRULY.has(name))) {
    for (const seconds of TAIL_SECONDS) {
      const fromTicks = endTicks - seconds * VIDEO_TIMESCALE;
      if (missing().length === 0 || fromTicks <= startTicks) break;
      const known = early && isOfSameEnd(early, fromTicks) ? await early.tails : undefined;
      if (known) for (const [index, tail] of known) tails.set(index, tail);
      else await addTails(path, tails, { fromTicks }, undefined, options);
      await inParallel(missing(), async (stream) => {
        const ownEndTicks = statedEnd(stream);
        if (ownEndTicks === undefined || ownEndTicks >= endTicks - seconds * VIDEO_TIMESCALE) return;
        await addTails(path, tails, { fromTicks: ownEndTicks - seconds * VIDEO_TIMESCALE }, stream.index, options);
      });
    }
  }
  if (missing().length === 0) return tails;
  const whole: StreamTails = new Map();
  await addTails(path, whole, {}, undefined, { timeoutMs: FULL_SCAN_TIMEOUT_MS, ...options });
  return whole;
}

/** A seek that fails finds nothing, which sends the search further back. */
async function addTails(
  path: string,
  tails: StreamTails,
  interval: ReadInterval,
  streamIndex: number | undefined,
  options: FfprobeOptions,
): Promise<void> {
  await readFfprobeLines(path, packetArgs(interval, streamIndex), options, (line) => {
    const packet = parsePacketLine(line);
    if (packet) addToTails(tails, packet);
  });
}

/** What a container or a stream claims; Matroska's streams claim it in a tag. */
function statedEnd(claim: Pick<ProbedStream, 'start_time' | 'duration' | 'tags'> | undefined): Ticks | undefined {
  const duration = secondsOf(claim?.duration) ?? clockTicks(claim?.tags?.DURATION);
  return duration === undefined ? undefined : (secondsOf(claim?.start_time) ?? 0) + duration;
}

/** `00:01:02.003000000` */
function clockTicks(text: string | undefined): Ticks | undefined {
  const match = /^(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(text ?? '');
  return match ? secondsOf(String(Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3]))) : undefined;
}
