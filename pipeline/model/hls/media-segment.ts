import type { Seconds } from '../time.ts';
import { type MediaMap, renderMediaMap } from './media-map.ts';
import { PlaylistError } from './playlist-error.ts';

/** One media segment of a media playlist, with the tags that stand before it (rfc8216bis 4.4.4). */
export interface MediaSegment {
  /** EXTINF, required. At most six decimals: see EXTINF_DECIMALS. */
  durationSeconds: Seconds;
  /** The text after EXTINF's comma; optional. */
  title?: string;
  /** The line after the tags, required. */
  uri: string;
  /** EXT-X-MAP, where it changes; the first fMP4 segment has one. */
  map?: MediaMap;
  /** EXT-X-DISCONTINUITY: the encoding breaks before this segment. */
  discontinuity?: boolean;
  /** EXT-X-PROGRAM-DATE-TIME, as ISO 8601; required in live playlists (Apple authoring 8.4). */
  programDateTime?: string;
}

/**
 * Microseconds: durations are written as differences of rounded cumulative times, so any run of EXTINFs is within one
 * microsecond of the media, however long (Apple authoring 8.1 allows a video frame).
 */
export const EXTINF_DECIMALS = 6;

export function renderMediaSegment(segment: MediaSegment): string[] {
  return [
    ...(segment.discontinuity ? ['#EXT-X-DISCONTINUITY'] : []),
    ...(segment.map ? [renderMediaMap(segment.map)] : []),
    ...(segment.programDateTime === undefined ? [] : [`#EXT-X-PROGRAM-DATE-TIME:${segment.programDateTime}`]),
    `#EXTINF:${segment.durationSeconds.toFixed(EXTINF_DECIMALS)},${segment.title ?? ''}`,
    segment.uri,
  ];
}

/** The value of EXTINF: `<duration>,[<title>]`. */
export function parseExtinf(value: string, line: number): Pick<MediaSegment, 'durationSeconds' | 'title'> {
  const match = /^(\d+(?:\.\d+)?),(.*)$/s.exec(value);
  if (!match) throw new PlaylistError(`'${value}' is not a duration and a comma`, line);
  const [, duration = '', title = ''] = match;
  return { durationSeconds: Number(duration), ...(title === '' ? {} : { title }) };
}
