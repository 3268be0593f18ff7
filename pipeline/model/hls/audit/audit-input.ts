import type { InitFacts } from './init-facts.ts';
import type { SegmentFacts } from './segment-facts.ts';
import type { TextFacts } from './text-facts.ts';

/**
 * A title as it was found: by directory, by URL or in a store. Segments are facts, not bytes, so that a title of any
 * length can be held at once. Nothing is judged here: what could not be loaded or read says so in `problem`.
 */
export interface AuditInput {
  /** What was asked for, for the report. */
  target: string;
  multivariant: PlaylistFile;
  /** By the URI that the multivariant playlist gives. */
  media: ReadonlyMap<string, MediaFiles>;
}

export interface MediaFiles {
  playlist: PlaylistFile;
  /** By the URI that the media playlist gives in EXT-X-MAP. */
  inits: ReadonlyMap<string, InitFile>;
  /** One for each segment of the playlist, in its order. */
  segments: readonly SegmentFile[];
}

export interface LoadedFile {
  /** Where it is, for people. */
  where: string;
  /** Why there is no content, or none that can be read. */
  problem?: string;
  /** Only when it came over HTTP. */
  response?: ResponseFacts;
}

export interface PlaylistFile extends LoadedFile {
  /** Decoded leniently, with any byte order mark kept. */
  text: string;
  isUtf8: boolean;
}

export interface InitFile extends LoadedFile {
  facts?: InitFacts;
}

export interface SegmentFile extends LoadedFile {
  facts?: SegmentFacts;
  /** Of a subtitle segment, in place of `facts`. */
  text?: TextFacts;
}

export interface ResponseFacts {
  contentType: string;
  contentEncoding: string;
  /** Where a redirect led, if there was one. */
  redirectedTo?: string;
}
