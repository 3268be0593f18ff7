import PQueue from 'p-queue';
import { toAppError } from '../errors.ts';
import type { Log } from '../log.ts';
import { beginsAsText, isTextName, type LibraryTexts } from '../text/library-texts.ts';
import type { AcceptableFile, Accepted, Acceptor } from './accept.ts';
import type { SubtitleAcceptor } from './accept-subtitle.ts';
import { filmStem, isSubtitleName, readSubtitleName } from './subtitle-name.ts';

export interface DropAcceptorSettings {
  acceptor: Pick<Acceptor, 'accept'>;
  subtitleAcceptor: SubtitleAcceptor;
  texts: LibraryTexts;
  log: Log;
}

/** What becomes of a dropped file: a title, part of the film that it is named after, or a text of the library. */
export function createDropAcceptor({ acceptor, subtitleAcceptor, texts, log }: DropAcceptorSettings) {
  const changes = new PQueue({ concurrency: 1 });

  /** Undefined for a text. Throws as the acceptors do. */
  async function accept(file: AcceptableFile): Promise<Accepted | undefined> {
    if (await isLibraryText(file)) {
      await texts.accept(file);
      // Its film may have come in this very moment.
      await giveToFilms();
      return undefined;
    }
    return isSubtitleName(file.name) ? subtitleAcceptor.accept(file) : acceptor.accept(file);
  }

  /** A film whose ending says text is a film all the same; an empty file is whatever it is called. */
  async function isLibraryText({ path, name }: AcceptableFile): Promise<boolean> {
    if (!isTextName(name)) return false;
    if (isSubtitleName(name)) return !(await subtitleAcceptor.hasFilm(name));
    return beginsAsText(path);
  }

  /** Subtitles that came before their film, and were texts of the library meanwhile. `filmName`: only those of that film. */
  function giveToFilms(filmName?: string): Promise<void> {
    return changes.add(async () => {
      const stem = filmName === undefined ? undefined : filmStem(filmName);
      for (const { name } of await texts.list()) {
        const readings = isSubtitleName(name) ? readSubtitleName(name) : [];
        if (readings.some((reading) => stem === undefined || reading.stem === stem)) await giveToFilm(name);
      }
    });
  }

  async function giveToFilm(name: string): Promise<void> {
    const path = await texts.pathOf(name);
    if (path === undefined || !(await subtitleAcceptor.hasFilm(name))) return;
    try {
      await subtitleAcceptor.accept({ path, name });
    } catch (error) {
      // Its film is not looked at yet, or it is no subtitle: it stays the text that it is.
      log.debug({ name, err: toAppError(error) }, 'a text stays in the library');
    }
  }

  return { accept, giveToFilms };
}

export type DropAcceptor = ReturnType<typeof createDropAcceptor>;
