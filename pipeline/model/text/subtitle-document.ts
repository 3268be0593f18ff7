import type { TextTrack } from './text-tracks.ts';

/**
 * What a title has of subtitles beyond the streams of its source. Stored as `subtitles.json` beside the plan, which it leaves as
 * it is: subtitles come whenever they come. The text of a track is `subtitle-<id>.vtt`, in title time.
 */
export interface SubtitleDocument {
  version: 1;
  /** In the order they came. */
  files: FileTrack[];
  /** Streams of which no text could be got, and why, for people. */
  failures: { streamIndex: number; reason: string }[];
}

/** A track of a file that was put beside the film. */
export interface FileTrack extends TextTrack {
  /** As its owner called it, NFC. */
  fileName: string;
  /** What it was taken to be, as iconv-lite names it. */
  encoding: string;
}

export const SUBTITLE_DOCUMENT = 'subtitles.json';

export function trackAsset(trackId: string): string {
  return `subtitle-${trackId}.vtt`;
}
