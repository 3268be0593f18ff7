import type { Plan } from '../model/plan.ts';
import type { TitleRecord } from '../model/title.ts';

/** What is stored under one name of a rendition: `init.mp4` or `<n>.m4s`. */
export interface StoredFile {
  sizeBytes: number;
  modifiedAtMs: number;
}

/**
 * Where segments live: the truth that the catalogue is an index of (I5). Layout, the same in every driver:
 *
 *     <titleId>/title.json  plan-<revision>.json  poster.jpg  storyboard.vtt  storyboard-<n>.jpg  waveform.json  subtitles.json  subtitle-<trackId>.vtt
 *     <titleId>/<renditionId>/init.mp4  <n>.m4s
 *
 * A put is atomic and durable: a reader sees the whole object or none (I3).
 * Names outside the layout are never there to read, and are `name_invalid` to write. Only writeTitle makes a title:
 * anything else put to a title that is not there, or was removed meanwhile, is `not_found`, so that work in flight never
 * brings a removed title back. A title or plan that cannot be understood is `store_failed`.
 */
export interface SegmentStore {
  /** Ids of the titles that have a readable `title.json`. */
  listTitles(): Promise<string[]>;
  readTitle(titleId: string): Promise<TitleRecord | undefined>;
  writeTitle(title: TitleRecord): Promise<void>;
  /** Without `revision`, the highest. */
  readPlan(titleId: string, revision?: number): Promise<Plan | undefined>;
  /** Never replaces a revision that exists (I11): `exists` is answered instead. */
  writePlan(plan: Plan): Promise<'stored' | 'exists'>;
  /** Removes the title's whole folder. */
  removeTitle(titleId: string): Promise<void>;

  /** Stores the init segment of an epoch, or compares: `conflict` when another one with other bytes is there. */
  putInit(titleId: string, renditionId: string, bytes: Uint8Array): Promise<'stored' | 'same' | 'conflict'>;
  /** Stores segment n. `exists` when it is there already; the stored one stays (I4). */
  putSegment(titleId: string, renditionId: string, segment: number, bytes: Uint8Array): Promise<'stored' | 'exists'>;
  /** Durable when it returns. Nothing happens where there is no such segment; the init segment and all else stay. */
  removeSegment(titleId: string, renditionId: string, segment: number): Promise<void>;
  statFile(titleId: string, renditionId: string, fileName: string): Promise<StoredFile | undefined>;
  /** Whole, or the inclusive byte range. Undefined when absent. */
  readFile(titleId: string, renditionId: string, fileName: string, range?: { start: number; end: number }): Promise<Uint8Array | undefined>;
  /** Committed segments of a rendition, ascending. */
  listSegments(titleId: string, renditionId: string): Promise<{ segment: number; sizeBytes: number }[]>;

  /** Pictures, drawings and texts of a title, e.g. `poster.jpg`, `waveform.json`. */
  putAsset(titleId: string, name: string, bytes: Uint8Array): Promise<void>;
  readAsset(titleId: string, name: string): Promise<Uint8Array | undefined>;
  /** Names of those that are stored, in any order. */
  listAssets(titleId: string): Promise<string[]>;
}
