import type { RenditionView } from '../../pipeline/model/title.ts';

/** A rendition as the API gives it, with what a test is about. */
export function renditionView(changes: Partial<RenditionView> & { id: string }): RenditionView {
  return {
    kind: 'video',
    codecs: 'c',
    bitrateBps: 1,
    segmentsCommitted: 0,
    segmentsPlanned: 10,
    encodeSpeed: null,
    playlistUrl: `/titles/t/${changes.id}/media.m3u8`,
    ...changes,
  };
}
