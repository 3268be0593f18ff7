import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { tellTitle } from '../catalogue/tell-title.ts';
import { AppError } from '../errors.ts';
import type { EventBus } from '../event-bus.ts';
import type { Log } from '../log.ts';
import type { SourceInfo } from '../model/source-info.ts';
import { trackAsset } from '../model/text/subtitle-document.ts';
import type { TitleRecord } from '../model/title.ts';
import type { SegmentStore } from '../storage/segment-store.ts';
import type { SubtitleDocuments } from '../text/subtitle-documents.ts';
import type { AcceptableFile, Accepted } from './accept.ts';
import { numberedName, storableVisibleName } from './file-name.ts';
import { hasSameBytes } from './identity.ts';
import { copyFileVerified, exists, moveFile } from './place-file.ts';
import { readSubtitleFile } from './read-subtitle-file.ts';
import { filmStem, readSubtitleName, type SubtitleName } from './subtitle-name.ts';

export interface SubtitleAcceptorSettings {
  mediaDir: string;
  store: SegmentStore;
  catalogue: Catalogue;
  documents: SubtitleDocuments;
  bus: EventBus;
  log: Log;
}

export type SubtitleAcceptor = ReturnType<typeof createSubtitleAcceptor>;

/** Beside the film in originals/, hidden from what looks for films there. */
const FOLDER = '.subtitles';

/**
 * Gives subtitle files to the films they are named after, whenever they come. All that is made of a file follows from it, so
 * a kill in between leaves the file where it was, and the next start makes the same again.
 */
export function createSubtitleAcceptor({ mediaDir, store, catalogue, documents, bus, log }: SubtitleAcceptorSettings) {
  /**
   * Answers the film's title. Throws `not_ready`, retryable, while there is no such film or it is not probed yet;
   * `source_unsupported`, `source_empty` for what is no subtitle.
   */
  async function accept(file: AcceptableFile): Promise<Accepted> {
    const name = file.name.normalize('NFC');
    const { title, reading } = await findFilm(name);
    const tracks = await readSubtitleFile(file.path, name, reading, title.sourceInfo);
    for (const { track, vtt } of tracks) await store.putAsset(title.id, trackAsset(track.id), vtt);
    await documents.change(title.id, (document) => ({
      ...document,
      files: [...document.files.filter(({ fileName }) => fileName !== name), ...tracks.map(({ track }) => track)],
    }));
    await keepOriginal(file, name, title.id);
    log.info({ title: title.id, name, tracks: tracks.map(({ track }) => track.id) }, 'subtitles accepted');
    await tellTitle({ catalogue, bus }, title.id);
    return { title, isNew: false };
  }

  /** The newest of those that have the name. */
  async function findFilm(name: string): Promise<{ title: TitleRecord & { sourceInfo: SourceInfo }; reading: SubtitleName }> {
    const titles = (await catalogue.listTitles()).filter(({ state, record }) => state !== 'failed' && record.kind === 'file');
    titles.sort((a, b) => b.record.createdAtMs - a.record.createdAtMs);
    for (const reading of readSubtitleName(name)) {
      const found = titles.find(({ record }) => filmStem(record.source.originalName) === reading.stem);
      if (!found) continue;
      // The store's record, not the index's: it is the truth.
      const title = await store.readTitle(found.record.id);
      if (!title?.sourceInfo || title.planRevision === undefined) throw waiting('It waits until its film has been looked at.');
      return { title: { ...title, sourceInfo: title.sourceInfo }, reading };
    }
    throw waiting('It waits for its film: there is none of that name. Drop the film too, or name the subtitles after it.');
  }

  async function keepOriginal({ path, keepOriginal }: AcceptableFile, name: string, titleId: string): Promise<void> {
    const folder = join(mediaDir, 'originals', titleId, FOLDER);
    await mkdir(folder, { recursive: true });
    const stored = storableVisibleName(name);
    for (let number = 1; ; number += 1) {
      const placed = join(folder, number === 1 ? stored : numberedName(stored, number));
      if ((await exists(placed)) && !(await hasSameBytes(placed, path))) continue;
      return keepOriginal ? copyFileVerified(path, placed) : moveFile(path, placed);
    }
  }

  return { accept };
}

function waiting(message: string): AppError {
  return new AppError('not_ready', message, { retryable: true });
}
