import type { Timeline } from '../plan.ts';
import type { Cue } from '../text/cue.ts';
import { renderVtt, TIMESTAMP_MAP } from '../text/render-vtt.ts';
import { VIDEO_TIMESCALE } from '../time.ts';
import { segmentRange } from '../timeline/segments.ts';
import { type MediaPlaylist, renderMediaPlaylistText } from './media-playlist.ts';
import { planMediaPlaylist } from './render-media-playlist.ts';

/** Text is cut where the picture is. */
const GRID = { kind: 'video', timescale: VIDEO_TIMESCALE } as const;

/** The media playlist of any subtitle track of a title: it spans the whole content (Apple authoring 5.5). */
export function renderSubtitlePlaylist(timeline: Timeline): string {
  return renderMediaPlaylistText(planSubtitlePlaylist(timeline));
}

export function planSubtitlePlaylist(timeline: Timeline): MediaPlaylist {
  const playlist = planMediaPlaylist(timeline, GRID);
  return {
    ...playlist,
    segments: playlist.segments.map(({ durationSeconds }, segment) => ({ durationSeconds, uri: subtitleSegmentName(segment) })),
  };
}

export function subtitleSegmentName(segment: number): string {
  return `${segment}.vtt`;
}

/**
 * Segment n of a subtitle track: every cue that is shown within it, so one that spans a boundary stands in each (rfc8216bis
 * 3.1.4), all at their times in the title. Throws RangeError past the end.
 */
export function renderSubtitleSegment(timeline: Timeline, cues: readonly Cue[], segment: number): string {
  const { startTicks, endTicks } = segmentRange(timeline, GRID, segment);
  const ticksPerMs = VIDEO_TIMESCALE / 1000;
  const shown = cues.filter(({ startMs, endMs }) => endMs * ticksPerMs > startTicks && startMs * ticksPerMs < endTicks);
  return renderVtt(shown, TIMESTAMP_MAP);
}
