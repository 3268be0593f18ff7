import { isRenditionFileName, isRenditionId, isTitleId } from '../../pipeline/storage/stored-names.ts';

/** What a request for media names. */
export type MediaTarget =
  | { kind: 'file'; titleId: string; renditionId: string; fileName: string }
  | { kind: 'media-playlist'; titleId: string; renditionId: string }
  | { kind: 'multivariant' | 'manifest'; titleId: string };

/** What a title is offered by, by the last part of its address. */
const OFFERS = { 'multivariant.m3u8': 'multivariant', 'manifest.mpd': 'manifest' } as const;

/**
 * The target of a request's address, exactly as playlists write it. Any other writing of the same address (a query, an escape, a
 * slash too many) is undefined here and left to the routes.
 */
export function parseMediaPath(url: string): MediaTarget | undefined {
  const [root, titles, titleId = '', second = '', third, more] = url.split('/', 6);
  if (root !== '' || titles !== 'titles' || more !== undefined || !isTitleId(titleId)) return undefined;
  if (third === undefined) {
    const kind = Object.entries(OFFERS).find(([name]) => name === second)?.[1];
    return kind && { kind, titleId };
  }
  if (!isRenditionId(second)) return undefined;
  if (third === 'media.m3u8') return { kind: 'media-playlist', titleId, renditionId: second };
  return isRenditionFileName(third) ? { kind: 'file', titleId, renditionId: second, fileName: third } : undefined;
}

/** The one address of a target, under which it is kept. */
export function renderMediaPath(target: MediaTarget): string {
  const title = `/titles/${target.titleId}`;
  if (target.kind === 'file') return `${title}/${target.renditionId}/${target.fileName}`;
  if (target.kind === 'media-playlist') return `${title}/${target.renditionId}/media.m3u8`;
  return `${title}/${target.kind === 'manifest' ? 'manifest.mpd' : 'multivariant.m3u8'}`;
}
