import type { Timeline } from '../plan.ts';
import { type Seconds, secondsToTicks, type Ticks, ticksToSeconds, VIDEO_TIMESCALE } from '../time.ts';

export interface TimelineSettings {
  segmentSeconds: Seconds;
  /** The first segments are shorter, so that a title plays sooner; each entry is a whole number of seconds. */
  rampSeconds: readonly Seconds[];
  keyframeSeconds: Seconds;
}

export const DEFAULT_TIMELINE: TimelineSettings = { segmentSeconds: 4, rampSeconds: [1, 1, 2], keyframeSeconds: 2 };

/**
 * A remainder shorter than this joins the segment before it: a segment of a frame or two costs a request and gains nothing.
 * Under half a second by more than the frame and a half that sound may run over its picture, so that rounding takes it off again.
 */
export const SHORTEST_LAST_SEGMENT: Seconds = 0.45;

/**
 * The closed timeline of a title that lasts `endTicks` (title time, 90 kHz).
 * No duration is accumulated: every boundary stands on the absolute grid of whole segments, after the ramp.
 */
export function planTimeline(endTicks: Ticks, settings: TimelineSettings = DEFAULT_TIMELINE): Timeline {
  if (!Number.isSafeInteger(endTicks) || endTicks <= 0) throw new RangeError(`A timeline ends after 0, not at ${endTicks}`);
  const inner = gridBoundaries(settings, endTicks).filter((ticks) => ticks < endTicks);
  const last = inner.at(-1) ?? 0;
  if (inner.length > 1 && endTicks - last < secondsToTicks(SHORTEST_LAST_SEGMENT)) inner.pop();
  return {
    boundaries: [...inner, endTicks],
    keyframeIntervalTicks: secondsToTicks(settings.keyframeSeconds),
    // The remainder may lengthen the last segment by less than half a second, which rounding takes off again (rfc8216bis 4.4.3.1).
    targetDurationSeconds: Math.round(settings.segmentSeconds),
    ended: true,
  };
}

/** A timeline with no end yet: live, or a file that is still arriving. It holds no segment until it is extended. */
export function openTimeline(settings: TimelineSettings = DEFAULT_TIMELINE): Timeline {
  return {
    boundaries: [0],
    keyframeIntervalTicks: secondsToTicks(settings.keyframeSeconds),
    targetDurationSeconds: Math.round(settings.segmentSeconds),
    ended: false,
  };
}

/** Adds every whole segment that ends at or before `knownTicks`. Boundaries that stand are never moved. */
export function extendTimeline(timeline: Timeline, knownTicks: Ticks, settings: TimelineSettings = DEFAULT_TIMELINE): Timeline {
  const last = timeline.boundaries.at(-1) ?? 0;
  const added = gridBoundaries(settings, knownTicks).filter((ticks) => ticks > last && ticks <= knownTicks);
  return added.length === 0 ? timeline : { ...timeline, boundaries: [...timeline.boundaries, ...added] };
}

/** Closes an open timeline at its true end. However short the remainder, it stands alone: the segments before it may be out. */
export function closeTimeline(timeline: Timeline, endTicks: Ticks): Timeline {
  const last = timeline.boundaries.at(-1) ?? 0;
  const boundaries = endTicks > last ? [...timeline.boundaries, endTicks] : timeline.boundaries;
  return { ...timeline, boundaries, ended: true };
}

/** Every keyframe of [startTicks, endTicks): all segment boundaries, and between them as the timeline says. */
export function keyframeTicks(timeline: Timeline, startTicks: Ticks, endTicks: Ticks): Ticks[] {
  if (timeline.followsSource) return dividedSegments(timeline, startTicks, endTicks);
  const interval = timeline.keyframeIntervalTicks;
  const times = new Set(timeline.boundaries.filter((ticks) => ticks >= startTicks && ticks < endTicks));
  for (let ticks = Math.ceil(startTicks / interval) * interval; ticks < endTicks; ticks += interval) times.add(ticks);
  return [...times].sort((a, b) => a - b);
}

/** Parts of a segment may be longer than the interval, by this share of it altogether: no part is made for the last few frames. */
const MOST_OVER = 0.25;

/** The boundaries, and segments that last longer than the keyframe interval divided evenly: the grid of a source fits no other. */
function dividedSegments({ boundaries, keyframeIntervalTicks }: Timeline, startTicks: Ticks, endTicks: Ticks): Ticks[] {
  const times: Ticks[] = [];
  for (let segment = 0; segment < boundaries.length - 1; segment++) {
    const [start, end] = [boundaries[segment] as Ticks, boundaries[segment + 1] as Ticks];
    if (end <= startTicks || start >= endTicks) continue;
    const parts = Math.max(1, Math.ceil((end - start) / keyframeIntervalTicks - MOST_OVER));
    for (let part = 0; part < parts; part++) times.push(start + Math.round(((end - start) * part) / parts));
  }
  return times.filter((ticks) => ticks >= startTicks && ticks < endTicks);
}

function gridBoundaries(settings: TimelineSettings, upTo: Ticks): Ticks[] {
  const boundaries: Ticks[] = [0];
  let ramped: Ticks = 0;
  for (const seconds of settings.rampSeconds) {
    if (seconds > settings.segmentSeconds) break;
    ramped += secondsToTicks(seconds);
    if (ramped > upTo) return boundaries;
    boundaries.push(ramped);
  }
  const segment = secondsToTicks(settings.segmentSeconds);
  for (let ticks = (Math.floor(ramped / segment) + 1) * segment; ticks <= upTo; ticks += segment) boundaries.push(ticks);
  return boundaries;
}

/** For messages and logs. */
export function timelineSeconds(timeline: Timeline): Seconds {
  return ticksToSeconds(timeline.boundaries.at(-1) ?? 0, VIDEO_TIMESCALE);
}
