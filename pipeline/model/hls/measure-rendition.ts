import type { RenditionPlan, Timeline } from '../plan.ts';
import { segmentCount, segmentDurationSeconds } from '../timeline/segments.ts';
import { type MeasuredBandwidth, measureBandwidth } from './measure-bandwidth.ts';

/**
 * The measured bit rates of one rendition, from the sizes of its stored segments in any order. Undefined until every
 * segment of an ended timeline is there: a measure of part of a title would change under the viewers.
 */
export function measureRendition(
  timeline: Timeline,
  rendition: RenditionPlan,
  stored: readonly { segment: number; sizeBytes: number }[],
): MeasuredBandwidth | undefined {
  const sizes = new Map(stored.map(({ segment, sizeBytes }) => [segment, sizeBytes]));
  const segments: { durationSeconds: number; sizeBytes: number }[] = [];
  for (let segment = 0; segment < segmentCount(timeline); segment++) {
    const sizeBytes = sizes.get(segment);
    if (sizeBytes === undefined) return undefined;
    segments.push({ durationSeconds: segmentDurationSeconds(timeline, rendition, segment), sizeBytes });
  }
  return timeline.ended ? measureBandwidth(segments, timeline.targetDurationSeconds) : undefined;
}
