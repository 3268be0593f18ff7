import type { PipelineEvent } from '../../../pipeline/event-bus.ts';
import { VIDEO_TIMESCALE } from '../../../pipeline/model/time.ts';
import type { RenditionView } from '../../../pipeline/model/title.ts';
import { isUnwatched } from '../../../pipeline/model/work/run-state.ts';
import { hasSegment, withoutSegment, withSegment } from '../../../pipeline/model/work/segment-runs.ts';
import type { RunView, SegmentRun, TitleSegmentsView } from '../../../pipeline/model/work/work-view.ts';

/** An encoder at work on the title: the rectangle it was given. */
export type EncodingRun = Pick<RunView, 'chunkId' | 'renditionIds' | 'firstSegment' | 'endSegment' | 'cause' | 'isSuspended'>;

/** Which segments of a title there are, and which are being made. Pure; what an event does not touch keeps its identity. */
export interface SegmentsState {
  /** Title time of every segment's start, and of the end of the last; 90 kHz. */
  boundaryTicks: readonly number[];
  renditions: readonly RenditionSegments[];
  runs: readonly EncodingRun[];
}

export interface RenditionSegments {
  id: string;
  kind: RenditionView['kind'];
  segments: readonly SegmentRun[];
}

/** `coming`: being encoded for somebody who watches; what is made in the background may be stopped at any time. */
export type Place = 'stored' | 'coming' | 'missing';

export function createSegmentsState({ boundaryTicks, renditions }: TitleSegmentsView, runs: readonly EncodingRun[]): SegmentsState {
  return { boundaryTicks, renditions, runs };
}

/** The state after an event of this title. The same state where the event changes nothing of it. */
export function applySegmentEvent(state: SegmentsState, event: PipelineEvent): SegmentsState {
  switch (event.type) {
    case 'segment':
      return withRendition(state, event.renditionId, (segments) =>
        hasSegment(segments, event.segment) ? segments : withSegment(segments, event.segment),
      );
    case 'segment-evicted':
      return withRendition(state, event.renditionId, (segments) =>
        hasSegment(segments, event.segment) ? withoutSegment(segments, event.segment) : segments,
      );
    case 'chunk': {
      const { chunkId, cause, isSuspended } = event;
      const known = state.runs.find((run) => run.chunkId === chunkId);
      const others = state.runs.filter((run) => run !== known);
      if (event.state !== 'started') return known === undefined ? state : { ...state, runs: others };
      const { renditionIds, firstSegment } = event.chunk;
      // What was cut off is given up for good, whatever rectangle the chunk began with.
      const endSegment = Math.min(event.chunk.endSegment, known?.endSegment ?? Number.POSITIVE_INFINITY);
      if (known?.isSuspended === isSuspended && known.cause === cause && known.endSegment === endSegment) return state;
      return { ...state, runs: [...others, { chunkId, renditionIds, firstSegment, endSegment, cause, isSuspended }] };
    }
    case 'chunk-cut': {
      const { chunkId, endSegment } = event;
      if (!state.runs.some((run) => run.chunkId === chunkId && run.endSegment > endSegment)) return state;
      return { ...state, runs: state.runs.map((run) => (run.chunkId === chunkId ? { ...run, endSegment } : run)) };
    }
    default:
      return state;
  }
}

/** Segments of the title; 0 until it is planned. */
export function plannedSegments({ boundaryTicks }: SegmentsState): number {
  return Math.max(0, boundaryTicks.length - 1);
}

export function countSegments(segments: readonly SegmentRun[]): number {
  return segments.reduce((sum, [first, end]) => sum + end - first, 0);
}

/** Stored over planned segments of all renditions, 0..1. */
export function storedShare(state: SegmentsState): number {
  const planned = plannedSegments(state) * state.renditions.length;
  const stored = state.renditions.reduce((sum, { segments }) => sum + countSegments(segments), 0);
  return planned === 0 ? 0 : stored / planned;
}

/** The segment that a time of the title falls into; undefined before the first and from the end of the last on. */
export function segmentAt(boundaryTicks: readonly number[], seconds: number): number | undefined {
  const ticks = seconds * VIDEO_TIMESCALE;
  let low = 0;
  let high = boundaryTicks.length - 1;
  if (!(high > 0 && ticks >= boundaryTicks[0]! && ticks < boundaryTicks[high]!)) return undefined;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (boundaryTicks[middle]! <= ticks) low = middle;
    else high = middle;
  }
  return low;
}

/** Undefined where the rendition or the time is not of this title. */
export function placeAt(state: SegmentsState, renditionId: string, seconds: number): Place | undefined {
  const rendition = state.renditions.find(({ id }) => id === renditionId);
  const segment = segmentAt(state.boundaryTicks, seconds);
  if (rendition === undefined || segment === undefined) return undefined;
  if (hasSegment(rendition.segments, segment)) return 'stored';
  const isComing = state.runs.some(
    (run) =>
      !run.isSuspended &&
      !isUnwatched(run.cause) &&
      run.renditionIds.includes(renditionId) &&
      run.firstSegment <= segment &&
      segment < run.endSegment,
  );
  return isComing ? 'coming' : 'missing';
}

function withRendition(
  state: SegmentsState,
  renditionId: string,
  change: (segments: readonly SegmentRun[]) => readonly SegmentRun[],
): SegmentsState {
  const rendition = state.renditions.find(({ id }) => id === renditionId);
  if (rendition === undefined) return state;
  const segments = change(rendition.segments);
  if (segments === rendition.segments) return state;
  return { ...state, renditions: state.renditions.map((other) => (other === rendition ? { ...other, segments } : other)) };
}
