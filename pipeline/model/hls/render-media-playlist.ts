import type { Plan, RenditionPlan, Timeline } from '../plan.ts';
import { boundaryTicks, type RenditionGrid, segmentCount } from '../timeline/segments.ts';
import { type MediaPlaylist, renderMediaPlaylistText } from './media-playlist.ts';
import type { MediaSegment } from './media-segment.ts';

/** fMP4 with EXT-X-MAP needs 6; 7 is what Apple's own tools write for it. */
export const PLAYLIST_VERSION = 7;

/**
 * The whole media playlist of one rendition, as text. It follows from the plan alone, so it is complete before a frame is
 * encoded; on a timeline that has not ended it is an EVENT playlist without ENDLIST.
 */
export function renderMediaPlaylist(plan: Pick<Plan, 'timeline'>, rendition: RenditionPlan): string {
  return renderMediaPlaylistText(planMediaPlaylist(plan.timeline, rendition));
}

export function planMediaPlaylist(timeline: Timeline, rendition: RenditionGrid): MediaPlaylist {
  return {
    kind: 'media',
    version: PLAYLIST_VERSION,
    targetDurationSeconds: timeline.targetDurationSeconds,
    mediaSequence: 0,
    playlistType: timeline.ended ? 'VOD' : 'EVENT',
    independentSegments: true,
    ...(rendition.kind === 'iframe' ? { iframesOnly: true } : {}),
    segments: Array.from({ length: segmentCount(timeline) }, (_, segment) => planSegment(timeline, rendition, segment)),
    ended: timeline.ended,
  };
}

function planSegment(timeline: Timeline, rendition: RenditionGrid, segment: number): MediaSegment {
  const microseconds = (boundary: number): number => Math.round((boundaryTicks(timeline, rendition, boundary) / rendition.timescale) * 1e6);
  return {
    durationSeconds: (microseconds(segment + 1) - microseconds(segment)) / 1e6,
    uri: `${segment}.m4s`,
    ...(segment === 0 ? { map: { uri: 'init.mp4' } } : {}),
  };
}
