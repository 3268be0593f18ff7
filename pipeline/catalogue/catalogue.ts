import type { MeasuredBandwidth } from '../model/hls/measure-bandwidth.ts';
import type { TitleRecord, TitleState } from '../model/title.ts';
import type { EvictionCandidate } from '../model/work/choose-evictions.ts';

/** A title as the catalogue knows it: the record from the store and what is known of its progress. */
export interface CatalogueTitle {
  record: TitleRecord;
  state: TitleState;
  /** Seconds; null until planned. */
  durationSeconds: number | null;
  segmentsPlanned: number;
  segmentsCommitted: number;
}

export interface RenditionStats {
  renditionId: string;
  segmentsCommitted: number;
  bytesCommitted: number;
}

/** A committed segment, and when it was committed or watched last. */
export interface SegmentUse extends EvictionCandidate {
  usedAtMs: number;
}

/** A file that was seen by ingest and is not a title yet. */
export interface PendingFile {
  /** Relative to the inbox, NFC. */
  path: string;
  sizeBytes: number;
  /** For people: why it waits. */
  reason: string;
  /** Stable: `growing`, `open`, `incomplete`, `quiet`, `accepting`. */
  reasonCode: string;
  sinceMs: number;
}

/** The index of titles and segments (I5). Asynchronous: SQLite here is not, PostgreSQL will be. */
export interface Catalogue {
  listTitles(): Promise<CatalogueTitle[]>;
  getTitle(titleId: string): Promise<CatalogueTitle | undefined>;
  findByIdentity(identity: string): Promise<CatalogueTitle | undefined>;
  /** Inserts or replaces the record, the state and the planned count. */
  putTitle(record: TitleRecord, state: TitleState, durationSeconds: number | null, segmentsPlanned: number): Promise<void>;
  setState(titleId: string, state: TitleState): Promise<void>;
  removeTitle(titleId: string): Promise<void>;

  /**
   * Idempotent. Answers whether the segment was new. A new one, or one of another size, counts as used now, or at
   * `usedAtMs` where that is earlier (found in the store, it was committed before).
   */
  recordSegment(titleId: string, renditionId: string, segment: number, sizeBytes: number, usedAtMs?: number): Promise<boolean>;
  forgetSegment(titleId: string, renditionId: string, segment: number): Promise<void>;
  listSegments(titleId: string, renditionId: string): Promise<{ segment: number; sizeBytes: number }[]>;
  /** Per rendition of one title. */
  renditionStats(titleId: string): Promise<RenditionStats[]>;

  /** Segments that were watched. Those that are not there, or were used later, are left as they are. */
  noteUsed(titleId: string, renditionId: string, segments: readonly number[], atMs: number): Promise<void>;
  /**
   * The `limit` segments of all titles that were not used for the longest, the oldest first. `after` is the last of the
   * page before; segments that are used between two pages may be missed or met again.
   */
  leastRecentlyUsed(limit: number, after?: SegmentUse): Promise<SegmentUse[]>;
  /** Keeps what was measured of a rendition while it was complete, for when some of it is evicted. */
  keepBandwidth(titleId: string, renditionId: string, bandwidth: MeasuredBandwidth): Promise<void>;
  /** What was kept last of each rendition of a title. */
  keptBandwidths(titleId: string): Promise<ReadonlyMap<string, MeasuredBandwidth>>;
  /** What the segments of all titles take up. From sums that are kept, so as cheap for a million segments. */
  bytesCommitted(): Promise<number>;
  close(): Promise<void>;
}
