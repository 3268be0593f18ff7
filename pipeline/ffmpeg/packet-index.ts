import type { Rational, Ticks } from '../model/time.ts';
import { VIDEO_TIMESCALE } from '../model/time.ts';
import { packetArgs, type ReadInterval } from './ffprobe-command.ts';
import { type PacketLine, parsePacketLine } from './packet-line.ts';
import { type FfprobeOptions, readFfprobeLines } from './run-ffprobe.ts';
import { toTicks } from './stream-extent.ts';

/**
 * When the frames of a picture are shown, and which of them a decoder can start from: absolute source time at 90 kHz,
 * ascending. Eight bytes a frame, 1.4 MB an hour at 50 fps: doubles, because 32 bits of 90 kHz end after 13 hours.
 */
export interface PacketIndex {
  frameTicks: Float64Array;
  keyframeTicks: Float64Array;
}

/** The stream to read: what VideoStreamInfo says of it. */
export interface IndexedStream {
  index: number;
  timeBase: Rational;
}

export interface ScanOptions extends FfprobeOptions {
  stream: IndexedStream;
}

export const SCAN_TIMEOUT_MS = 60 * 60_000;
/** Frames are read in decode order: those shown before a place can follow it by this much. */
const REORDER_MARGIN: Ticks = 2 * VIDEO_TIMESCALE;
/** How long before a place a local scan starts, in turn, until it has seen a frame at or before the place. */
const BACK_STEPS_SECONDS = [2, 10, 60];

/** Reads every packet of the stream, without decoding. Throws AppError as streamFfprobe does. */
export async function scanPackets(path: string, options: ScanOptions): Promise<PacketIndex> {
  return await scan(path, {}, options);
}

/**
 * The frame shown at `fromTicks` (which may have come long before) and all that follow up to `toTicks`, read from nearby
 * only. Where a gap or a seek that lands late hides that frame, the file is entered earlier, at last from its start.
 */
export async function scanPacketsAround(path: string, options: ScanOptions & { fromTicks: Ticks; toTicks: Ticks }): Promise<PacketIndex> {
  const { fromTicks, toTicks } = options;
  for (const seconds of BACK_STEPS_SECONDS) {
    const index = await scan(path, { fromTicks: fromTicks - seconds * VIDEO_TIMESCALE, toTicks: toTicks + REORDER_MARGIN }, options);
    if (lastAtOrBefore(index.frameTicks, fromTicks) !== undefined) return around(index, fromTicks, toTicks);
  }
  return around(await scan(path, { toTicks: toTicks + REORDER_MARGIN }, options), fromTicks, toTicks);
}

/** How long before a place its keyframe is looked for, in turn; then from the file's start. */
const KEYFRAME_STEPS_SECONDS = [3, 12, 60];

/**
 * The last keyframe at or before `ticks`, found without an index by reading the packets before the place. A seek may land
 * late: then it is found further back. Undefined before the first.
 */
export async function findKeyframeBefore(path: string, options: ScanOptions & { ticks: Ticks }): Promise<Ticks | undefined> {
  const { ticks } = options;
  const toTicks = ticks + REORDER_MARGIN;
  for (const seconds of KEYFRAME_STEPS_SECONDS) {
    const found = keyframeBefore(await scan(path, { fromTicks: ticks - seconds * VIDEO_TIMESCALE, toTicks }, options), ticks);
    if (found !== undefined) return found;
  }
  return keyframeBefore(await scan(path, { toTicks }, options), ticks);
}

/** The last keyframe at or before `ticks`; undefined before the first. */
export function keyframeBefore(index: PacketIndex, ticks: Ticks): Ticks | undefined {
  return lastAtOrBefore(index.keyframeTicks, ticks);
}

async function scan(path: string, interval: ReadInterval, options: ScanOptions): Promise<PacketIndex> {
  const collector = collectPackets(options.stream.timeBase);
  await readFfprobeLines(path, packetArgs(interval, options.stream.index), { timeoutMs: SCAN_TIMEOUT_MS, ...options }, (line) => {
    const packet = parsePacketLine(line);
    if (packet) collector.add(packet);
  });
  return collector.finish();
}

interface PacketCollector {
  add(packet: PacketLine): void;
  finish(): PacketIndex;
}

function collectPackets(timeBase: Rational): PacketCollector {
  const frames = growingTicks();
  const keyframes = growingTicks();
  return {
    add(packet) {
      // AVI states no PTS for pictures with B-frames: the DTS is at most a few frames early, which is early enough to seek.
      const time = packet.pts ?? packet.dts;
      if (time === undefined || packet.isDiscarded) return;
      const ticks = toTicks(time, timeBase);
      frames.push(ticks);
      if (packet.isKeyframe) keyframes.push(ticks);
    },
    finish: () => ({ frameTicks: frames.sorted(), keyframeTicks: keyframes.sorted() }),
  };
}

function growingTicks(): { push(ticks: Ticks): void; sorted(): Float64Array } {
  let values = new Float64Array(1024);
  let length = 0;
  return {
    push(ticks) {
      if (length === values.length) {
        const larger = new Float64Array(length * 2);
        larger.set(values);
        values = larger;
      }
      values[length++] = ticks;
    },
    sorted: () => values.slice(0, length).sort(),
  };
}

function around(index: PacketIndex, fromTicks: Ticks, toTicks: Ticks): PacketIndex {
  const shown = lastAtOrBefore(index.frameTicks, fromTicks) ?? fromTicks;
  const isNear = (ticks: Ticks): boolean => ticks >= shown && ticks <= toTicks;
  return { frameTicks: index.frameTicks.filter(isNear), keyframeTicks: index.keyframeTicks.filter(isNear) };
}

function lastAtOrBefore(sorted: Float64Array, ticks: Ticks): Ticks | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) <= ticks) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? undefined : sorted[low - 1];
}
