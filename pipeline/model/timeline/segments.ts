import type { Chunk, RenditionPlan, Timeline } from '../plan.ts';
import { type Seconds, type Ticks, VIDEO_TIMESCALE } from '../time.ts';

/** [startTicks, endTicks) on the rendition's own timescale. */
export interface SegmentRange {
  startTicks: Ticks;
  endTicks: Ticks;
}

/** The parts of a rendition that decide its grid. */
export type RenditionGrid = Pick<RenditionPlan, 'kind' | 'timescale'> & { frameSamples?: number; gridOffsetSamples?: number };

export function segmentCount(timeline: Timeline): number {
  return timeline.boundaries.length - 1;
}

/**
 * Where segment n of a rendition starts and ends, on its own timescale. Video: the timeline's boundary. Audio: the whole
 * codec frame nearest to it, and at the title's end the frame that covers it. Throws RangeError past the end.
 */
export function segmentRange(timeline: Timeline, rendition: RenditionGrid, segment: number): SegmentRange {
  if (!Number.isInteger(segment) || segment < 0 || segment >= segmentCount(timeline)) {
    throw new RangeError(`Segment ${segment} is not one of the ${segmentCount(timeline)} planned`);
  }
  return { startTicks: boundaryTicks(timeline, rendition, segment), endTicks: boundaryTicks(timeline, rendition, segment + 1) };
}

/** Boundary n (0 … segmentCount) on the rendition's own timescale. */
export function boundaryTicks(timeline: Timeline, rendition: RenditionGrid, boundary: number): Ticks {
  const ticks = timeline.boundaries[boundary];
  if (ticks === undefined) throw new RangeError(`Boundary ${boundary} is not planned`);
  if (rendition.kind !== 'audio') return ticks;
  const { frameSamples: frame = 1, gridOffsetSamples: offset = 0 } = rendition;
  const frames = ((ticks * rendition.timescale) / VIDEO_TIMESCALE - offset) / frame;
  const isEnd = timeline.ended && boundary === segmentCount(timeline);
  // Nothing of a title comes before its time zero.
  return Math.max(0, isEnd ? Math.ceil(frames) : Math.round(frames)) * frame + offset;
}

/** What the segments [firstSegment, endSegment) cover, on the rendition's own timescale. */
export function chunkRange(timeline: Timeline, rendition: RenditionGrid, chunk: Pick<Chunk, 'firstSegment' | 'endSegment'>): SegmentRange {
  return {
    startTicks: segmentRange(timeline, rendition, chunk.firstSegment).startTicks,
    endTicks: segmentRange(timeline, rendition, chunk.endSegment - 1).endTicks,
  };
}

/** EXTINF of segment n. */
export function segmentDurationSeconds(timeline: Timeline, rendition: RenditionGrid, segment: number): Seconds {
  const { startTicks, endTicks } = segmentRange(timeline, rendition, segment);
  return (endTicks - startTicks) / rendition.timescale;
}

/** The segment that a place in title time (90 kHz) belongs to, or undefined outside the timeline. */
export function segmentAt(timeline: Timeline, titleTicks: Ticks): number | undefined {
  const { boundaries } = timeline;
  let low = 0;
  let high = boundaries.length - 1;
  if (titleTicks < (boundaries[0] ?? 0) || titleTicks >= (boundaries[high] ?? 0)) return undefined;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((boundaries[middle] as Ticks) <= titleTicks) low = middle;
    else high = middle;
  }
  return low;
}
