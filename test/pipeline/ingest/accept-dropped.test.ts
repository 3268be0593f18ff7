import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAcceptor } from '../../../pipeline/ingest/accept.ts';
import { createDropAcceptor, type DropAcceptor } from '../../../pipeline/ingest/accept-dropped.ts';
import { createSubtitleAcceptor } from '../../../pipeline/ingest/accept-subtitle.ts';
import { createLibraryTexts, type LibraryTexts } from '../../../pipeline/text/library-texts.ts';
import { createSubtitleDocuments } from '../../../pipeline/text/subtitle-documents.ts';
import { readSubtitleDocument } from '../../../pipeline/text/title-text.ts';
import { type MediaHome, makeMediaHome } from './media-home.ts';

const SRT = '1\n00:00:00,500 --> 00:00:02,500\nOne\n';

let home: MediaHome;
let texts: LibraryTexts;
let dropped: DropAcceptor;
beforeEach(async () => {
  home = await makeMediaHome();
  const { mediaDir, store, catalogue, bus, log } = home;
  texts = createLibraryTexts({ mediaDir, log });
  const documents = createSubtitleDocuments(store);
  dropped = createDropAcceptor({
    acceptor: createAcceptor({ mediaDir, store, catalogue, log, bus }),
    subtitleAcceptor: createSubtitleAcceptor({ mediaDir, store, catalogue, documents, bus, log }),
    ...{ texts, log },
  });
});
afterEach(() => home.remove());

async function drop(name: string, content: string | Uint8Array) {
  return dropped.accept({ path: await home.write(`inbox/${name}`, content), name });
}

/** As the preparer leaves a film that was dropped. */
async function prepare(titleId: string): Promise<void> {
  const title = (await home.store.readTitle(titleId))!;
  await home.store.writeTitle({
    ...title,
    planRevision: 0,
    sourceInfo: { formatNames: ['mov'], sizeBytes: 1, audio: [], others: [], tags: {} },
  });
  await home.catalogue.putTitle(title, 'playable', 10, 0);
}

describe('a dropped file that belongs to no film', () => {
  test.each(['노래.txt', '노래.lrc', '자막.srt', 'captions.vtt'])('%s becomes a text of the library', async (name) => {
    expect(await drop(name, SRT)).toBeUndefined();
    expect(await texts.list()).toMatchObject([{ name, sizeBytes: SRT.length }]);
    expect(Object.keys(await home.files())).toEqual([`texts/${name}`]);
    expect(await home.catalogue.listTitles()).toEqual([]);
  });

  test('is kept once when it comes again, and beside another one of its name', async () => {
    await drop('a.txt', 'one');
    await drop('a.txt', 'one');
    await drop('a.txt', 'two');
    expect((await texts.list()).map(({ name }) => name)).toEqual(['a (2).txt', 'a.txt']);
  });

  test('is refused where it is empty', async () => {
    await expect(drop('a.txt', '')).rejects.toMatchObject({ code: 'source_empty' });
  });

  test('that is no text for all its name goes the way of films', async () => {
    const accepted = await drop('film.txt', Buffer.from([0, 0, 0, 0x18, 0x66, 0x74, 0x79, 0x70, 1, 2, 3, 4, 5, 6, 7]));
    expect(accepted?.title.source.originalName).toBe('film.txt');
    expect(await texts.list()).toEqual([]);
  });
});

describe('subtitles', () => {
  test('that came before their film become its own when it can be played', async () => {
    await drop('film.ko.srt', SRT);
    await drop('other.srt', SRT);
    const film = await drop('film.mkv', 'film');
    await dropped.giveToFilms('film.mkv');
    expect(await texts.list()).toHaveLength(2);
    await prepare(film!.title.id);
    await dropped.giveToFilms('film.mkv');
    expect((await texts.list()).map(({ name }) => name)).toEqual(['other.srt']);
    expect((await readSubtitleDocument(home.store, film!.title.id)).files).toMatchObject([{ language: 'ko', fileName: 'film.ko.srt' }]);
  });

  test('of a film that is not looked at yet wait for it', async () => {
    await drop('film.mkv', 'film');
    await expect(drop('film.ko.srt', SRT)).rejects.toMatchObject({ code: 'not_ready', retryable: true });
    expect(await texts.list()).toEqual([]);
  });

  test('that are none stay the text that they are', async () => {
    await drop('film.srt', 'no subtitles');
    const film = await drop('film.mkv', 'film');
    await prepare(film!.title.id);
    await dropped.giveToFilms();
    expect((await texts.list()).map(({ name }) => name)).toEqual(['film.srt']);
  });
});
