import type { RenditionPlan } from '../plan.ts';
import type { Ticks } from '../time.ts';

/** What the machine does for titles, as the API tells it: `GET /api/work`. */
export interface WorkView {
  runs: RunView[];
  background: BackgroundView;
  disk: DiskView;
}

/** One encoder at work. */
export interface RunView {
  chunkId: string;
  titleId: string;
  renditionIds: string[];
  firstSegment: number;
  /** Exclusive. */
  endSegment: number;
  /** `demand`, `lead`, `first`, `prefetch`, `background` or `further`. */
  cause: string;
  /** Places where somebody watches that this run is for; 0 for the background. */
  viewers: number;
  /** Stopped where it stands, until more urgent work is done. */
  isSuspended: boolean;
  /** Committed over planned segments of the chunk, 0..1. */
  progress: number;
}

/** Work that nobody waits for. `disk`: the budget is used up. `off`: no cores are given to it. */
export interface BackgroundView {
  state: 'running' | 'paused' | 'quiet-hours' | 'disk' | 'off';
  /** Whether a person paused it; it stays so over restarts. */
  isPaused: boolean;
}

/** What the segments of all titles take up. */
export interface DiskView {
  usedBytes: number;
  /** MAX_DISK_BYTES; null without a budget. */
  maxBytes: number | null;
}

/** Which segments there are: `GET /api/titles/:id/segments`. */
export interface TitleSegmentsView {
  /** Title time of every segment's start, and of the end of the last; 90 kHz. The same grid for all renditions. */
  boundaryTicks: readonly Ticks[];
  renditions: { id: string; kind: RenditionPlan['kind']; segments: SegmentRun[] }[];
}

/** Segments [first, end). */
export type SegmentRun = [first: number, end: number];
