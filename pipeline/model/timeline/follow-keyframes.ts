import type { Timeline } from '../plan.ts';
import { secondsToTicks, type Ticks } from '../time.ts';
import { SHORTEST_LAST_SEGMENT, type TimelineSettings } from './boundaries.ts';

/** Segments of a copied picture may be this much longer than is asked for, where its keyframes stand so far apart. */
const LONGEST_SEGMENT = 1.5;

/**
 * The closed timeline of a title one of whose pictures is copied: every segment starts at a keyframe of the source, and lasts as
 * nearly as asked for as they allow. `keyframes`: title time, ascending, the first at 0. Undefined where they stand so far apart
 * that segments would be too long.
 */
export function followKeyframes(keyframes: readonly Ticks[], endTicks: Ticks, settings: TimelineSettings): Timeline | undefined {
  const places = [...keyframes.filter((ticks) => ticks < endTicks), endTicks];
  const longestGap = places.slice(1).reduce((longest, ticks, index) => Math.max(longest, ticks - (places[index] as Ticks)), 0);
  const slack = secondsToTicks(SHORTEST_LAST_SEGMENT);
  const longest = Math.max(secondsToTicks(settings.segmentSeconds) + slack, longestGap);
  const boundaries: Ticks[] = [0];
  for (let place = 0; place < places.length - 1; ) {
    const start = places[place] as Ticks;
    const wanted = start + secondsToTicks(settings.rampSeconds[boundaries.length - 1] ?? settings.segmentSeconds);
    place = nearestPlace(places, place, wanted, start + longest);
    boundaries.push(places[place] as Ticks);
  }
  if (boundaries.length > 2 && endTicks - (boundaries.at(-2) as Ticks) < slack) boundaries.splice(-2, 1);
  const longestTicks = boundaries.slice(1).reduce((most, ticks, index) => Math.max(most, ticks - (boundaries[index] as Ticks)), 0);
  const least = Math.round(settings.segmentSeconds);
  // Rounding takes the slack off again (rfc8216bis 4.4.3.1), as in planTimeline.
  const targetDurationSeconds = Math.max(least, Math.ceil((longestTicks - slack) / secondsToTicks(1)));
  if (targetDurationSeconds > Math.round(settings.segmentSeconds * LONGEST_SEGMENT)) return undefined;
  const keyframeIntervalTicks = secondsToTicks(settings.keyframeSeconds);
  return { boundaries, keyframeIntervalTicks, followsSource: true, targetDurationSeconds, ended: true };
}

/** The index behind `place` that is nearest to `wanted`, of those not after `latest`; the next one at least. */
function nearestPlace(places: readonly Ticks[], place: number, wanted: Ticks, latest: Ticks): number {
  let nearest = place + 1;
  for (let index = place + 2; index < places.length && (places[index] as Ticks) <= latest; index++) {
    if (Math.abs((places[index] as Ticks) - wanted) <= Math.abs((places[nearest] as Ticks) - wanted)) nearest = index;
  }
  return nearest;
}
