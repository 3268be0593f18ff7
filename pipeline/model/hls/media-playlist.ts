import { type MediaSegment, renderMediaSegment } from './media-segment.ts';

/** A media playlist (rfc8216bis 4.1): the segments of one rendition. Live's tags are fields to be added, each with its own file. */
export interface MediaPlaylist {
  kind: 'media';
  /** EXT-X-VERSION; 1 when absent. 6 or higher for EXT-X-MAP in an ordinary playlist. */
  version: number;
  /** EXT-X-TARGETDURATION, required: whole seconds that no rounded EXTINF exceeds; never changes. */
  targetDurationSeconds: number;
  /** EXT-X-MEDIA-SEQUENCE: the number of the first segment; 0 when absent. */
  mediaSequence: number;
  /** EXT-X-DISCONTINUITY-SEQUENCE; 0 when absent. */
  discontinuitySequence?: number;
  /** EXT-X-PLAYLIST-TYPE: VOD never changes, EVENT only grows; a sliding window has none. */
  playlistType?: PlaylistType;
  /** EXT-X-INDEPENDENT-SEGMENTS: every segment can be decoded by itself. */
  independentSegments: boolean;
  /** EXT-X-I-FRAMES-ONLY: each segment is one I-frame, and lasts until the next. */
  iframesOnly?: boolean;
  segments: MediaSegment[];
  /** EXT-X-ENDLIST: no segment will be added. */
  ended: boolean;
}

export type PlaylistType = 'VOD' | 'EVENT';

export function renderMediaPlaylistText(playlist: MediaPlaylist): string {
  return [
    '#EXTM3U',
    `#EXT-X-VERSION:${playlist.version}`,
    `#EXT-X-TARGETDURATION:${playlist.targetDurationSeconds}`,
    `#EXT-X-MEDIA-SEQUENCE:${playlist.mediaSequence}`,
    ...(playlist.discontinuitySequence === undefined ? [] : [`#EXT-X-DISCONTINUITY-SEQUENCE:${playlist.discontinuitySequence}`]),
    ...(playlist.playlistType === undefined ? [] : [`#EXT-X-PLAYLIST-TYPE:${playlist.playlistType}`]),
    ...(playlist.independentSegments ? ['#EXT-X-INDEPENDENT-SEGMENTS'] : []),
    ...(playlist.iframesOnly ? ['#EXT-X-I-FRAMES-ONLY'] : []),
    ...playlist.segments.flatMap(renderMediaSegment),
    ...(playlist.ended ? ['#EXT-X-ENDLIST'] : []),
    '',
  ].join('\n');
}
