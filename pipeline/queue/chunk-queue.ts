import type { Chunk } from '../model/plan.ts';

/**
 * Why a chunk is made; also its priority, highest first. `demand`: a viewer waits for it. `lead`: a viewer will come to it.
 * `first`: what a new title starts with. `copy`: what is taken over from its source as it is. `prefetch`: other rungs of where
 * somebody watches. `background`: the rest of what every player plays. `further`: what codecs lack that some players play.
 */
export type ChunkCause = 'demand' | 'lead' | 'first' | 'copy' | 'prefetch' | 'background' | 'further';

export interface QueuedChunk {
  id: string;
  chunk: Chunk;
  cause: ChunkCause;
}

/** A chunk taken by a worker. The fencing token grows with every claim; commits under an older one are refused (I4). */
export interface ChunkLease extends QueuedChunk {
  token: number;
}

/** Work to do, and who does it. One claim per (title, rendition, segment) at a time. */
export interface ChunkQueue {
  /** `inPlaceOf`: the chunk, still in the queue, that it is the rest of. It goes where that one stood. */
  add(chunk: Chunk, cause: ChunkCause, inPlaceOf?: string): Promise<QueuedChunk>;
  /**
   * Takes the best chunk none of whose segments is claimed by another lease: in the order of their causes, each
   * oldest first; with `causes`, only chunks of those, and none of `exceptTitles`. Claims each (rendition, segment) of it for
   * `leaseMs`.
   */
  claim(
    workerId: string,
    leaseMs: number,
    causes?: readonly ChunkCause[],
    exceptTitles?: readonly string[],
  ): Promise<ChunkLease | undefined>;
  /** Prolongs the lease. False when it was lost. */
  renew(lease: ChunkLease, leaseMs: number): Promise<boolean>;
  /** Whether this lease still owns the segment: asked right before a commit. */
  owns(lease: ChunkLease, renditionId: string, segment: number): Promise<boolean>;
  /**
   * A claimed chunk gives up what lies from `endSegment` on, whoever has claimed it: others may claim that. At its first
   * segment or before, all of it. False when it was not claimed, or ended there already.
   */
  cut(chunkId: string, endSegment: number): Promise<boolean>;
  /** Done: removes the chunk and its claims. */
  complete(lease: ChunkLease): Promise<void>;
  /** Gives the claims up and removes the chunk; what is still missing is queued again by the scheduler. */
  release(lease: ChunkLease): Promise<void>;
  /** Queued and claimed chunks of a title, or of all. */
  list(titleId?: string): Promise<(QueuedChunk & { claimed: boolean })[]>;
  /** Removes what is queued or claimed for a title. */
  removeTitle(titleId: string): Promise<void>;
  /** Removes everything: at start, the scheduler derives the queue anew from the store. */
  clear(): Promise<void>;
  close(): Promise<void>;
}
