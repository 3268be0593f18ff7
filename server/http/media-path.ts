import { isRenditionFileName, isRenditionId, isTitleId } from '../../pipeline/storage/stored-names.ts';

/** What a request for media names. */
export type MediaTarget =
  | { kind: 'file'; titleId: string; renditionId: string; fileName: string }
  | { kind: 'media-playlist'; titleId: string; renditionId: string }
  | { kind: 'multivariant'; titleId: string };

/**
 * The target of a request's address, exactly as playlists write it. Any other writing of the same address (a query, an escape, a
 * slash too many) is undefined here and left to the routes.
 */
export function parseMediaPath(url: string): MediaTarget | undefined {
  const [root, titles, titleId = '', second = '', third, more] = url.split('/', 6);
  if (root !== '' || titles !== 'titles' || more !== undefined || !isTitleId(titleId)) return undefined;
  if (third === undefined) return second === 'multivariant.m3u8' ? { kind: 'multivariant', titleId } : undefined;
  if (!isRenditionId(second)) return undefined;
  if (third === 'media.m3u8') return { kind: 'media-playlist', titleId, renditionId: second };
  return isRenditionFileName(third) ? { kind: 'file', titleId, renditionId: second, fileName: third } : undefined;
}

/** The one address of a target, under which it is kept. */
export function renderMediaPath(target: MediaTarget): string {
  const title = `/titles/${target.titleId}`;
  if (target.kind === 'multivariant') return `${title}/multivariant.m3u8`;
  return `${title}/${target.renditionId}/${target.kind === 'file' ? target.fileName : 'media.m3u8'}`;
}
