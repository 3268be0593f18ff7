import type { Chunk } from '../plan.ts';

export type RunCause = 'demand' | 'lead' | 'first' | 'copy' | 'prefetch' | 'background' | 'further';

/** Meant for nobody in particular: whenever there is nothing better to do. */
export function isUnwatched(cause: string): boolean {
  return cause === 'background' || cause === 'further';
}

export type ChunkRectangle = Pick<Chunk, 'renditionIds' | 'firstSegment' | 'endSegment'>;

/** What a run says of itself, again after every commit. */
export interface RunReport {
  chunkId: string;
  titleId: string;
  cause: RunCause;
  chunk: ChunkRectangle;
  /** The first segment of each rendition that is still to come; the chunk's end where none is. */
  next: Readonly<Record<string, number>>;
  isSuspended: boolean;
  /** Of what it lacked when it began, 0..1. */
  progress: number;
}

/** A chunk that is being encoded, and how far it has come. */
export interface RunState extends RunReport {
  /** When it began; moved on by the time that it stood still, which is not held against it. */
  startedAtMs: number;
  lastCommitMs: number | undefined;
  suspendedSinceMs: number | undefined;
}

export function updateRun(known: RunState | undefined, report: RunReport, nowMs: number): RunState {
  const { chunkId, titleId, cause, chunk, next, isSuspended, progress } = report;
  const stoodMs = known?.suspendedSinceMs === undefined || isSuspended ? 0 : nowMs - known.suspendedSinceMs;
  const hasCommitted = known !== undefined && Object.entries(next).some(([id, segment]) => segment > (known.next[id] ?? 0));
  const lastCommitMs = known?.lastCommitMs === undefined ? undefined : known.lastCommitMs + stoodMs;
  return {
    ...{ chunkId, titleId, cause, chunk, next, isSuspended, progress },
    startedAtMs: (known?.startedAtMs ?? nowMs) + stoodMs,
    lastCommitMs: hasCommitted ? nowMs : lastCommitMs,
    suspendedSinceMs: isSuspended ? (known?.suspendedSinceMs ?? nowMs) : undefined,
  };
}

/** Known before the run says so itself: it will not bring what lies from `endSegment` on. */
export function withoutRest(run: RunState, endSegment: number): RunState {
  return { ...run, chunk: { ...run.chunk, endSegment: Math.min(endSegment, run.chunk.endSegment) } };
}

/** Whether the segment is still to come from this chunk. */
export function willBring({ chunk, next }: Pick<RunReport, 'chunk' | 'next'>, renditionId: string, segment: number): boolean {
  const at = next[renditionId];
  return at !== undefined && at <= segment && segment < chunk.endSegment;
}

/** Up to where a run must go so that nothing of what it has begun is lost. */
export function endOfBegun({ chunk, next }: Pick<RunReport, 'chunk' | 'next'>): number {
  const begun = Object.values(next).filter((segment) => segment < chunk.endSegment);
  return begun.length === 0 ? chunk.endSegment : Math.max(chunk.firstSegment, ...begun) + 1;
}

/**
 * When the segment will be there, in milliseconds from now, should the run go on undisturbed: at its own pace so far, or
 * at `guessMs` a segment while it has none.
 */
export function etaMs(run: RunState, renditionId: string, segment: number, nowMs: number, guessMs: number): number {
  const segmentMs = paceMs(run, renditionId, nowMs, guessMs);
  const at = run.next[renditionId] ?? run.chunk.firstSegment;
  const sinceCommitMs = (run.suspendedSinceMs ?? nowMs) - (run.lastCommitMs ?? run.startedAtMs);
  return Math.max(segmentMs / 10, (segment - at + 1) * segmentMs - sinceCommitMs);
}

/** Milliseconds that the run takes for a segment of a rendition, by its past or else by a guess that time corrects. */
export function paceMs(run: RunState, renditionId: string, nowMs: number, guessMs: number): number {
  const done = (run.next[renditionId] ?? run.chunk.firstSegment) - run.chunk.firstSegment;
  if (done > 0 && run.lastCommitMs !== undefined) return (run.lastCommitMs - run.startedAtMs) / done;
  return Math.max(guessMs, (run.suspendedSinceMs ?? nowMs) - run.startedAtMs);
}
