import type { TitleView } from '../../pipeline/model/title.ts';

/** A title as the API gives it, with what a test is about. */
export function titleView(changes: Partial<TitleView> & { id: string }): TitleView {
  return {
    name: changes.id,
    kind: 'file',
    state: 'playable',
    createdAtMs: 1_000,
    durationSeconds: 60,
    progress: 0,
    playlistUrl: `/titles/${changes.id}/multivariant.m3u8`,
    posterUrl: `/titles/${changes.id}/poster.jpg`,
    storyboardUrl: null,
    waveformUrl: null,
    renditions: [],
    subtitles: [],
    chapters: [],
    chaptersUrl: null,
    report: [],
    ...changes,
  };
}
