import type { ChunkSource } from '../ffmpeg/chunk-command.ts';
import type { MovieTrack } from '../model/mp4/movie-track.ts';
import type { Chunk, Plan } from '../model/plan.ts';
import type { Ticks } from '../model/time.ts';
import type { Gap } from '../model/timeline/gaps.ts';

/** A chunk of a title, and where its pictures and sounds come from. */
export interface ConvertJob {
  source: ChunkSource;
  plan: Plan;
  chunk: Chunk;
  /** What an index knows of the last source keyframe at or before a place (absolute source time): see chooseVideoSeek. */
  keyframeBefore?: ((ticks: Ticks) => Promise<Ticks | undefined> | Ticks | undefined) | undefined;
  /** The tables that copied renditions are taken out by, where somebody keeps them; else they are read. */
  movieTracks?: (() => Promise<ReadonlyMap<number, MovieTrack>>) | undefined;
}

/** Where segments go. Each rejects to stop the work, e.g. when the claim was lost. */
export interface SegmentCommitter {
  /** Stretches of the chunk in which the picture stands still, for the title's report (I2, I8). Called before their segments. */
  noteGaps?(gaps: readonly Gap[]): Promise<void>;
  /** Fixes the rendition's init segment, or refuses one that differs from it (`encoder_mismatch`). */
  commitInit(renditionId: string, bytes: Uint8Array): Promise<void>;
  commitSegment(renditionId: string, segment: number, bytes: Uint8Array): Promise<void>;
}
