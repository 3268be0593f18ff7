import type { EventBus } from './event-bus.ts';
import type { FfmpegProgress } from './ffmpeg/progress.ts';
import type { Chunk } from './model/plan.ts';
import type { ChunkLease } from './queue/chunk-queue.ts';

/** Keeps what a run still has to bring, and tells it to everybody after every change. */
export interface RunReporter {
  readonly isSuspended: boolean;
  begin(missing: readonly Chunk[]): void;
  committed(renditionId: string, segment: number): void;
  cut(endSegment: number): void;
  /** Whether the segment was cut off: somebody else may be making it. */
  hasGivenUp(segment: number): boolean;
  /** False when it was so already. */
  setSuspended(isSuspended: boolean, nowMs: number): boolean;
  noteSpeed(progress: Pick<FfmpegProgress, 'speed'>): void;
  /** Whether nothing is left to bring. Not before it has begun. */
  isDone(): boolean;
  suspendedMs(nowMs: number): number;
  /** Nothing is told from now on. */
  close(): void;
}

export function createRunReporter(bus: EventBus, { id, chunk, cause }: ChunkLease): RunReporter {
  let pending: Map<string, Set<number>> | undefined;
  let planned = 0;
  let { endSegment } = chunk;
  let speed: number | undefined;
  let suspendedSinceMs: number | undefined;
  let stoodMs = 0;
  let isClosed = false;

  function publish(): void {
    if (isClosed) return;
    const { titleId, renditionIds, firstSegment } = chunk;
    const left = countPending();
    bus.publish({
      ...{ type: 'chunk', state: 'started', chunkId: id, titleId, cause, chunk: { renditionIds, firstSegment, endSegment } },
      next: Object.fromEntries(renditionIds.map((rendition) => [rendition, nextOf(rendition)])),
      progress: planned === 0 ? 1 : (planned - left) / planned,
      isSuspended: suspendedSinceMs !== undefined,
      ...(speed === undefined ? {} : { speed }),
    });
  }

  function nextOf(renditionId: string): number {
    if (pending === undefined) return chunk.firstSegment;
    return Math.min(endSegment, ...(pending.get(renditionId) ?? []));
  }

  function countPending(): number {
    return [...(pending?.values() ?? [])].reduce((sum, segments) => sum + segments.size, 0);
  }

  return {
    get isSuspended() {
      return suspendedSinceMs !== undefined;
    },
    begin(missing) {
      pending = new Map(chunk.renditionIds.map((rendition) => [rendition, new Set<number>()]));
      for (const part of missing) {
        for (const rendition of part.renditionIds) {
          for (let segment = part.firstSegment; segment < Math.min(part.endSegment, endSegment); segment++)
            pending.get(rendition)?.add(segment);
        }
      }
      planned = countPending();
      publish();
    },
    committed(renditionId, segment) {
      pending?.get(renditionId)?.delete(segment);
      publish();
    },
    cut(end) {
      if (end >= endSegment) return;
      endSegment = Math.max(end, chunk.firstSegment);
      for (const segments of pending?.values() ?? []) for (const segment of segments) if (segment >= end) segments.delete(segment);
      publish();
    },
    hasGivenUp: (segment) => segment >= endSegment,
    setSuspended(isSuspended, nowMs) {
      if (isSuspended === (suspendedSinceMs !== undefined)) return false;
      if (suspendedSinceMs !== undefined) stoodMs += nowMs - suspendedSinceMs;
      suspendedSinceMs = isSuspended ? nowMs : undefined;
      publish();
      return true;
    },
    noteSpeed(progress) {
      speed = progress.speed;
    },
    isDone: () => pending !== undefined && countPending() === 0,
    close() {
      isClosed = true;
    },
    suspendedMs: (nowMs) => stoodMs + (suspendedSinceMs === undefined ? 0 : nowMs - suspendedSinceMs),
  };
}
