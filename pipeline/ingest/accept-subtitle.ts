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
import { keepFile } from './keep-file.ts';
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
    await keepFile({ ...file, name }, join(mediaDir, 'originals', title.id, FOLDER));
    log.info({ title: title.id, name, tracks: tracks.map(({ track }) => track.id) }, 'subtitles accepted');
    await tellTitle({ catalogue, bus }, title.id);
    return { title, isNew: false };
  }

  async function findFilm(name: string): Promise<{ title: TitleRecord & { sourceInfo: SourceInfo }; reading: SubtitleName }> {
    const found = await findNamed(name);
    if (!found) throw waiting('It waits for its film: there is none of that name. Drop the film too, or name the subtitles after it.');
    // The store's record, not the index's: it is the truth.
    const title = await store.readTitle(found.titleId);
    if (!title?.sourceInfo || title.planRevision === undefined) throw waiting('It waits until its film has been looked at.');
    return { title: { ...title, sourceInfo: title.sourceInfo }, reading: found.reading };
  }

  /** The newest of those that have the name. */
  async function findNamed(name: string): Promise<{ titleId: string; reading: SubtitleName } | undefined> {
    const titles = (await catalogue.listTitles()).filter(({ state, record }) => state !== 'failed' && record.kind === 'file');
    titles.sort((a, b) => b.record.createdAtMs - a.record.createdAtMs);
    for (const reading of readSubtitleName(name)) {
      const found = titles.find(({ record }) => filmStem(record.source.originalName) === reading.stem);
      if (found) return { titleId: found.record.id, reading };
    }
    return undefined;
  }

  /** Whether there is a film that a file of that name is the subtitles of, looked at or not. */
  async function hasFilm(name: string): Promise<boolean> {
    return (await findNamed(name)) !== undefined;
  }

  return { accept, hasFilm };
}

function waiting(message: string): AppError {
  return new AppError('not_ready', message, { retryable: true });
}
