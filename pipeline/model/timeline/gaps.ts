import type { Timeline } from '../plan.ts';
import { type Ticks, VIDEO_TIMESCALE } from '../time.ts';
import { keyframeTicks } from './boundaries.ts';

/** A stretch without source frames, and where the frame before it is shown again (I2). Title time, 90 kHz. */
export interface Gap {
  /** The last frame before it. */
  frameTicks: Ticks;
  /** The frame that ends it, or the end of what was looked at. */
  nextTicks: Ticks;
  /** Planned keyframes that no source frame serves. */
  repeatTicks: Ticks[];
}

/**
 * A frame this soon after a planned keyframe serves it: nothing is repeated for less. It also lets a chunk that starts in a
 * gap tell from its own first frame that it needs none of the frames before it.
 */
export const REPEAT_TOLERANCE: Ticks = VIDEO_TIMESCALE / 10;

/**
 * The gaps of [startTicks, endTicks), given the times of the frames in and around it, ascending. The last frame is repeated
 * at every planned keyframe of a gap that is longer than one keyframe interval, and wherever a segment would stay empty.
 * A gap before the first frame of a title has no frame to repeat and cannot be: time zero is that frame.
 */
export function findGapsBetween(frames: readonly Ticks[], timeline: Timeline, startTicks: Ticks, endTicks: Ticks): Gap[] {
  const gaps: Gap[] = [];
  frames.forEach((frameTicks, index) => {
    const next = frames[index + 1] ?? endTicks;
    if (next <= startTicks || frameTicks >= endTicks) return;
    const repeatTicks = repeatsWithin(timeline, frameTicks, next).filter((ticks) => ticks >= startTicks && ticks < endTicks);
    if (repeatTicks.length > 0) gaps.push({ frameTicks, nextTicks: next, repeatTicks });
  });
  return gaps;
}

/** Where a frame is shown again, given when the one after it comes. */
export function repeatsWithin(timeline: Timeline, frameTicks: Ticks, nextTicks: Ticks): Ticks[] {
  const keyframes = keyframeTicks(timeline, frameTicks + 1, nextTicks).filter((ticks) => nextTicks - ticks >= REPEAT_TOLERANCE);
  if (nextTicks - frameTicks > timeline.keyframeIntervalTicks) return keyframes;
  const { boundaries } = timeline;
  return keyframes.filter((ticks) => {
    const boundary = boundaries.indexOf(ticks);
    const segmentEnd = boundaries[boundary + 1];
    return boundary >= 0 && segmentEnd !== undefined && segmentEnd <= nextTicks;
  });
}

/**
 * The keyframes of [startTicks, endTicks) that source frames are made: of those within a gap only one, the frame that ends
 * it. An encoder that was told of all would make up for each missed one with a keyframe after the gap.
 */
export function keyframesBesideGaps(timeline: Timeline, startTicks: Ticks, endTicks: Ticks, gaps: readonly Gap[]): Ticks[] {
  const isWithin = (ticks: Ticks): boolean => gaps.some((gap) => ticks > gap.frameTicks && ticks < gap.nextTicks);
  const planned = keyframeTicks(timeline, startTicks, endTicks).filter((ticks) => !isWithin(ticks));
  const afterGaps = gaps.map((gap) => gap.nextTicks).filter((ticks) => ticks >= startTicks && ticks < endTicks);
  return [...new Set([...planned, ...afterGaps])].sort((a, b) => a - b);
}
