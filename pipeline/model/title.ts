import type { Chapter } from './chapters.ts';
import type { RenditionPlan } from './plan.ts';
import type { ReportCode } from './report-notes.ts';
import type { SourceInfo } from './source-info.ts';
import type { TitleTags } from './title-tags.ts';

export type TitleState = 'waiting' | 'probing' | 'playable' | 'live' | 'complete' | 'failed';

/** What is played. Stored as `title.json` in the title's folder; the catalogue indexes it. */
export interface TitleRecord {
  version: 1;
  /** URL-safe, `[A-Za-z0-9_-]+`. */
  id: string;
  /** For people: the file's name without its extension, NFC. */
  name: string;
  kind: 'file' | 'broadcast';
  createdAtMs: number;
  source: SourceRecord;
  /** Absent until the probe is done. */
  sourceInfo?: SourceInfo;
  /** Revision of the plan that is current; absent until planned. */
  planRevision?: number;
  /** Its pictures were to be copied and could not be: they are encoded. */
  isCopyRefused?: boolean;
  /** Renditions that could not be made, and that it does without: they are neither offered nor counted. */
  leftOut?: string[];
  report: StreamReport[];
  error?: TitleError;
}

/** The original bytes, in originals/. */
export interface SourceRecord {
  /** Relative to the media home, forward slashes. */
  path: string;
  /** As it was dropped or uploaded, NFC. */
  originalName: string;
  sizeBytes: number;
  /** Quick identity: size and a hash of head, tail and samples between. */
  identity: string;
}

/** What became of one stream of the source (I8). */
export interface StreamReport {
  streamIndex: number;
  kind: string;
  codec: string;
  outcome: 'carried' | 'converted' | 'not-carried';
  /** Sentences for people. */
  reason: string;
  /** Stable names of what the sentences say, in their order; reports of earlier versions lack them. */
  codes?: ReportCode[];
}

export interface TitleError {
  code: string;
  message: string;
}

/** `GET /api/titles/:id` */
export interface TitleView {
  id: string;
  name: string;
  kind: 'file' | 'broadcast';
  state: TitleState;
  createdAtMs: number;
  durationSeconds: number | null;
  /** Committed segments over planned ones. */
  progress: number;
  playlistUrl: string | null;
  posterUrl: string | null;
  /** A WebVTT file of thumbnails along the title (`#xywh=`); null until they are there. */
  storyboardUrl: string | null;
  /** Peaks of a title of sound alone; null until they are there. */
  waveformUrl: string | null;
  renditions: RenditionView[];
  /** Artist, album and the like, as the source states them. */
  tags?: TitleTags;
  /** What there is to read, in the order it is offered. */
  subtitles: SubtitleView[];
  chapters: Chapter[];
  /** A WebVTT file of the chapters; null where there are none. */
  chaptersUrl: string | null;
  report: StreamReport[];
  error?: TitleError;
  /** What keeps the title from going on for now: `disk_full`, `source_missing`, `store_failed`. It goes on by itself when that is over. */
  problem?: TitleError;
}

export interface SubtitleView {
  id: string;
  /** BCP 47, or `und`. */
  language: string;
  name: string;
  isDefault: boolean;
  isForced: boolean;
  isHearingImpaired: boolean;
  playlistUrl: string;
}

export interface RenditionView {
  id: string;
  kind: RenditionPlan['kind'];
  codecs: string;
  width?: number;
  height?: number;
  /** Of a sound: what it is called, its language (BCP 47, or `und`) and its channels. */
  name?: string;
  language?: string;
  channels?: number;
  bitrateBps: number;
  segmentsCommitted: number;
  segmentsPlanned: number;
  /** Seconds of film that this machine encodes in a second when it makes this rung alone; null until that was measured. */
  encodeSpeed: number | null;
  playlistUrl: string;
}
