import type { Rational, Ticks } from '../model/time.ts';
import { rescale, VIDEO_TIMESCALE } from '../model/time.ts';
import type { PacketLine } from './packet-line.ts';

/** What the first packets of a stream decoded to; times in its own time base. */
export interface StreamHead {
  packets: number;
  /** Of those, what a decoder takes for damage, or for noise. */
  encryptedPackets: number;
  /** Smallest DTS of those packets. */
  firstDts?: number;
  /** Presentation times of the frames, ascending; frames without one are left out. */
  framePts: number[];
  frames: number;
  /** Samples of each audio frame, as decoded: the first may have lost its encoder's priming. */
  frameSamples: number[];
  interlacedFrames: number;
  topFieldFirst: boolean;
}

/** What the last packets of a stream say; times in its own time base. */
export interface StreamTail {
  /** Counts the whole stream only when all of it was read. */
  packets: number;
  /** The largest PTS, and the duration of the packet that has it; 0 when unknown. */
  lastPts?: number;
  lastDuration: number;
  lastDts?: number;
  /** Whether packets without a PTS are among them: the largest PTS is then not the last frame's. */
  hasUntimed: boolean;
}

export type StreamTails = Map<number, StreamTail>;

/** Takes one more packet into account. Packets that an edit list hides count for nothing. */
export function addToTails(tails: StreamTails, packet: PacketLine): void {
  if (packet.isDiscarded) return;
  const tail = tails.get(packet.streamIndex) ?? { packets: 0, lastDuration: 0, hasUntimed: false };
  tails.set(packet.streamIndex, tail);
  tail.packets += 1;
  if (packet.dts !== undefined) tail.lastDts = Math.max(tail.lastDts ?? packet.dts, packet.dts);
  if (packet.pts === undefined) {
    tail.hasUntimed = true;
  } else if (tail.lastPts === undefined || packet.pts >= tail.lastPts) {
    tail.lastPts = packet.pts;
    tail.lastDuration = packet.duration ?? 0;
  }
}

/** From a stream's time base to 90 kHz, rounded as ffmpeg rounds. */
export function toTicks(value: number, timeBase: Rational): Ticks {
  return rescale(value * timeBase.num, timeBase.den, VIDEO_TIMESCALE);
}

export interface VideoExtent {
  firstFrameTicks: Ticks;
  lastFrameTicks: Ticks;
  endTicks: Ticks;
}

/** A longer last packet is a mistake (a negative duration read as 32 bits), unless the picture is that slow. */
const LONGEST_LAST_PACKET: Ticks = 60 * VIDEO_TIMESCALE;

/**
 * Where a picture starts and ends. AVI gives its B-frame streams no PTS, MXF and MPEG-PS not to all packets: there the
 * decoder's delay, seen at the start, is added to the last DTS. Raw streams have no times at all: there frames are counted.
 */
export function videoExtent(head: StreamHead, tail: StreamTail | undefined, timeBase: Rational, frameRate: Rational): VideoExtent {
  const frameTicks = (VIDEO_TIMESCALE * frameRate.den) / frameRate.num;
  const firstPts = head.framePts[0];
  const firstFrameTicks = firstPts === undefined ? 0 : toTicks(firstPts, timeBase);
  const delay = firstPts === undefined || head.firstDts === undefined ? 0 : firstPts - head.firstDts;
  const reordered = tail?.hasUntimed && tail.lastDts !== undefined ? tail.lastDts + delay : undefined;
  const stated = [head.framePts.at(-1), tail?.lastPts, reordered];
  const times = stated.filter((pts) => pts !== undefined).map((pts) => toTicks(pts, timeBase));
  const counted = firstFrameTicks + Math.round(((tail?.packets ?? 1) - 1) * frameTicks);
  const lastFrameTicks = times.length === 0 ? counted : Math.max(...times);
  const hasLast = tail?.lastPts !== undefined && toTicks(tail.lastPts, timeBase) === lastFrameTicks;
  const statedTicks = hasLast ? lastDurationTicks(tail, timeBase) : 0;
  const isLikely = statedTicks > 0 && statedTicks <= Math.max(LONGEST_LAST_PACKET, 2 * frameTicks);
  return { firstFrameTicks, lastFrameTicks, endTicks: lastFrameTicks + (isLikely ? statedTicks : Math.max(1, Math.round(frameTicks))) };
}

function lastDurationTicks({ lastPts = 0, lastDuration }: StreamTail, timeBase: Rational): Ticks {
  return toTicks(lastPts + lastDuration, timeBase) - toTicks(lastPts, timeBase);
}

export interface AudioExtent {
  startTicks: Ticks;
  endTicks: Ticks;
  frameSamples: number;
  gridAnchorSamples?: number;
  isJittery?: boolean;
}

/** Where a sound starts and ends, and its grid of frames: all but the first, which may have lost its priming, are whole. */
export function audioExtent(head: StreamHead, tail: StreamTail | undefined, timeBase: Rational, sampleRate: number): AudioExtent {
  const startPts = head.framePts[0] ?? 0;
  const startTicks = toTicks(startPts, timeBase);
  const [first = 0, ...whole] = head.frameSamples;
  const frameSamples = whole.length === 0 ? first : whole.reduce(greatestCommonDivisor, 0);
  const decoded = head.frameSamples.reduce((sum, samples) => sum + samples, 0);
  const heard = startTicks + rescale(decoded, sampleRate, VIDEO_TIMESCALE);
  const endTicks = Math.max(heard, tail === undefined ? heard : audioEnd(tail, timeBase, startTicks, frameSamples / sampleRate));
  const isTrimmed = frameSamples > 0 && first % frameSamples !== 0;
  const anchor = rescale(startPts * timeBase.num, timeBase.den, sampleRate) + first;
  return {
    ...{ startTicks, endTicks, frameSamples },
    ...(isTrimmed ? { gridAnchorSamples: anchor } : {}),
    ...(isJittery(head, timeBase, sampleRate) ? { isJittery: true } : {}),
  };
}

const FEWEST_STEPS = 3;

/** Whether times that could be exact step beside the frames' lengths, and yet come to the same over all of them. */
function isJittery({ framePts, frames, frameSamples }: StreamHead, timeBase: Rational, sampleRate: number): boolean {
  const isExact = timeBase.den % (sampleRate * timeBase.num) === 0;
  const isEven = new Set(frameSamples.slice(1)).size === 1;
  if (!isExact || !isEven || framePts.length < frames || frames <= FEWEST_STEPS) return false;
  const positions = framePts.map((pts) => rescale(pts * timeBase.num, timeBase.den, sampleRate));
  const steps = positions.slice(1).map((position, index) => position - (positions[index] as number) - (frameSamples[index] as number));
  const drift = steps.reduce((sum, step) => sum + step, 0);
  return steps.some((step) => Math.abs(step) > 1) && Math.abs(drift) < Math.max(...frameSamples) / 2;
}

function audioEnd(tail: StreamTail, timeBase: Rational, startTicks: Ticks, frameSeconds: number): Ticks {
  const frameTicks = frameSeconds * VIDEO_TIMESCALE;
  if (tail.lastPts === undefined) return startTicks + Math.round(tail.packets * frameTicks);
  const duration = lastDurationTicks(tail, timeBase);
  return toTicks(tail.lastPts, timeBase) + (duration > 0 && duration <= LONGEST_LAST_PACKET ? duration : Math.round(frameTicks));
}

export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
