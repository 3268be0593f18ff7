import type { TitleRecord, TitleState } from '../model/title.ts';

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

  /** Idempotent. Answers whether the segment was new. */
  recordSegment(titleId: string, renditionId: string, segment: number, sizeBytes: number): Promise<boolean>;
  forgetSegment(titleId: string, renditionId: string, segment: number): Promise<void>;
  listSegments(titleId: string, renditionId: string): Promise<{ segment: number; sizeBytes: number }[]>;
  /** Per rendition of one title. */
  renditionStats(titleId: string): Promise<RenditionStats[]>;
  close(): Promise<void>;
}
