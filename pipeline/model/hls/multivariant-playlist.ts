import { type MediaRendition, renderMediaRendition } from './media-rendition.ts';
import { type IframeVariant, renderIframeVariant, renderVariant, type Variant } from './variant.ts';

/** A multivariant playlist (rfc8216bis 4.1): what a title offers. */
export interface MultivariantPlaylist {
  kind: 'multivariant';
  /** EXT-X-VERSION; 1 when absent. */
  version: number;
  /** EXT-X-INDEPENDENT-SEGMENTS: holds for every media playlist it names. */
  independentSegments: boolean;
  /** EXT-X-MEDIA, in order. */
  renditions: MediaRendition[];
  /** EXT-X-STREAM-INF, in order: players start with the first. */
  variants: Variant[];
  /** EXT-X-I-FRAME-STREAM-INF. */
  iframes: IframeVariant[];
}

export function renderMultivariantText(playlist: MultivariantPlaylist): string {
  return [
    '#EXTM3U',
    `#EXT-X-VERSION:${playlist.version}`,
    ...(playlist.independentSegments ? ['#EXT-X-INDEPENDENT-SEGMENTS'] : []),
    ...playlist.renditions.map(renderMediaRendition),
    ...playlist.variants.flatMap(renderVariant),
    ...playlist.iframes.map(renderIframeVariant),
    '',
  ].join('\n');
}
