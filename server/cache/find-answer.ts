import { type Answer, prepareFile, prepareText } from '../http/answer.ts';
import { fileEtag } from '../http/etag.ts';
import { type PlaylistServices, readPlaylist } from '../read-playlist.ts';
import type { FindAnswer } from './answer-cache.ts';

/** Finds segments and init segments in the store, and makes playlists of plans. */
export function createAnswerFinder(services: PlaylistServices): FindAnswer {
  const { store } = services;

  const findFile: FindAnswer = async (target, before, memory) => {
    if (target.kind !== 'file') return undefined;
    const { titleId, renditionId, fileName } = target;
    const file = await store.statFile(titleId, renditionId, fileName);
    if (file === undefined || before?.etag === fileEtag(file)) return file && before;
    const contentType = fileName === 'init.mp4' ? 'video/mp4' : 'video/iso.segment';
    const read = (range?: { start: number; end: number }) => store.readFile(titleId, renditionId, fileName, range);
    const prepare = (bytes?: Uint8Array): Answer => prepareFile(file, contentType, 'media', bytes, read);
    if (!memory.reserve(file.sizeBytes)) return prepare();
    let bytes: Uint8Array | undefined;
    try {
      bytes = await read();
    } finally {
      if (bytes?.length !== file.sizeBytes) memory.release(file.sizeBytes);
    }
    // Replaced or gone between the two looks: as if it had not been there, and whoever waits for it is told when it is.
    return bytes?.length === file.sizeBytes ? prepare(bytes) : undefined;
  };

  return async (target, before, memory) => {
    if (target.kind === 'file') return findFile(target, before, memory);
    const playlist = await readPlaylist(services, target);
    if (playlist === undefined) return undefined;
    const isSame = before?.kind === 'text' && before.text === playlist.text && before.cache === playlist.cache;
    return isSame ? before : prepareText(playlist.text, playlist.contentType, playlist.cache);
  };
}
