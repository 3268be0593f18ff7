import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSubtitleAcceptor, type SubtitleAcceptor } from '../../pipeline/ingest/accept-subtitle.ts';
import { parseMediaPlaylist, parseMultivariantPlaylist } from '../../pipeline/model/hls/parse-playlist.ts';
import type { SourceInfo } from '../../pipeline/model/source-info.ts';
import { parseVtt } from '../../pipeline/model/text/parse-vtt.ts';
import { createSubtitleDocuments } from '../../pipeline/text/subtitle-documents.ts';
import { corpusFile, hasCorpus } from '../corpus.ts';
import { addTitle, type RunningApp, startApp } from './start-app.ts';

const INFO: SourceInfo = { formatNames: ['mov'], sizeBytes: 1, audio: [], others: [], tags: {} };

let app: RunningApp;
let acceptor: SubtitleAcceptor;
beforeEach(async () => {
  app = await startApp();
  const { store, catalogue, bus, log } = app.services;
  acceptor = createSubtitleAcceptor({ mediaDir: app.mediaDir, store, catalogue, documents: createSubtitleDocuments(store), bus, log });
  await addTitle(app.services, 'film', { sourceInfo: INFO });
  await mkdir(join(app.mediaDir, 'inbox'));
});
afterEach(() => app.close());

async function drop(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(app.mediaDir, 'inbox', name);
  await writeFile(path, content);
  await acceptor.accept({ path, name });
  return path;
}

async function listSubtitles() {
  const { renditions } = parseMultivariantPlaylist((await app.send('/titles/film/multivariant.m3u8')).text);
  return renditions.filter(({ type }) => type === 'SUBTITLES');
}

/** What a player shows that was sent to a place: the one segment there, and of it what is on at that moment. */
async function readAfterSeek(uri: string, seconds: number): Promise<string[]> {
  const playlist = parseMediaPlaylist((await app.send(`/titles/film/${uri}`)).text);
  let end = 0;
  const segment = playlist.segments.find(({ durationSeconds }) => (end += durationSeconds) > seconds);
  const { text } = await app.send(`/titles/film/${uri.replace('media.m3u8', segment?.uri ?? '')}`);
  return parseVtt(text)
    .filter(({ startMs, endMs }) => startMs <= seconds * 1000 && endMs > seconds * 1000)
    .map((cue) => cue.text);
}

const SRT = '1\n00:00:00,500 --> 00:00:02,500\nOne\n';

describe.skipIf(!hasCorpus)('Korean subtitles beside a film, after a seek', () => {
  const FIRST = '안녕하세요. 자막 시험입니다.';
  const SECOND = '<i>기울임</i>과 두 줄\n둘째 줄 똠방각하 펲시';
  const THIRD = '겹치는 자막 — “따옴표”';

  test.each([
    ['sub_korean_utf8.srt', FIRST, SECOND, THIRD],
    ['sub_korean_utf8bom_crlf.srt', FIRST, SECOND, THIRD],
    ['sub_korean_cp949.srt', FIRST, SECOND, '겹치는 자막 - “따옴표”'],
    ['sub_korean_euckr.srt', FIRST, '<i>기울임</i>과 두 줄\n둘째 줄 한글', '겹치는 자막 - “따옴표”'],
    ['sub_korean.vtt', FIRST, SECOND, THIRD],
  ])('%s says the right thing at each place', async (name, first, second, third) => {
    const path = join(app.mediaDir, 'inbox', `film.${name.split('.')[1]}`);
    await copyFile(corpusFile(name), path);
    await acceptor.accept({ path, name: `film.${name.split('.')[1]}` });
    const [track] = await listSubtitles();
    expect(track).toMatchObject({ language: 'ko', name: '한국어' });
    const places: [number, string[]][] = [
      [0.2, []],
      [0.7, [first]],
      [1.9, [first]],
      [2.0, [second]],
      [3.9, [second]],
      [4.2, [second, third]],
      [5.5, [third]],
      [6.1, []],
      [9.9, []],
    ];
    for (const [seconds, shown] of places) expect([seconds, await readAfterSeek(track!.uri!, seconds)]).toEqual([seconds, shown]);
  });

  test('sub_korean.ass says its text without its tags', async () => {
    const path = join(app.mediaDir, 'inbox', 'film.ass');
    await copyFile(corpusFile('sub_korean.ass'), path);
    await acceptor.accept({ path, name: 'film.ass' });
    const [track] = await listSubtitles();
    expect(await readAfterSeek(track!.uri!, 1.5)).toEqual(['안녕하세요\n둘째 줄']);
    expect(await readAfterSeek(track!.uri!, 2.5)).toEqual(['안녕하세요\n둘째 줄']);
    expect(await readAfterSeek(track!.uri!, 3.5)).toEqual([]);
  });
});

describe('a subtitle file', () => {
  test('gives its film a track with the language and flags of its name, whenever it comes, and is kept', async () => {
    const playlist = (await app.send('/titles/film/v360/media.m3u8')).text;
    const path = await drop('film.ko.forced.srt', SRT);
    await drop('film.en.sdh.srt', SRT);
    expect(await listSubtitles()).toMatchObject([
      { language: 'ko', name: '한국어 (forced)', isForced: true },
      {
        language: 'en',
        name: 'English (SDH)',
        characteristics: expect.arrayContaining(['public.accessibility.transcribes-spoken-dialog']),
      },
    ]);
    expect((await app.send('/titles/film/v360/media.m3u8')).text).toBe(playlist);
    expect(await readdir(join(path, '..'))).toEqual([]);
    expect((await readdir(join(app.mediaDir, 'originals/film/.subtitles'))).sort()).toEqual(['film.en.sdh.srt', 'film.ko.forced.srt']);
  });

  test('that comes again with another text takes the place of the one before, under other URLs; both are kept', async () => {
    await drop('film.ko.srt', SRT);
    const [before] = await listSubtitles();
    await drop('film.ko.srt', SRT.replace('One', 'Two'));
    const [after, ...others] = await listSubtitles();
    expect(others).toEqual([]);
    expect(after?.uri).not.toBe(before?.uri);
    expect(await readAfterSeek(after!.uri!, 1)).toEqual(['Two']);
    expect(await readdir(join(app.mediaDir, 'originals/film/.subtitles'))).toHaveLength(2);
  });

  test('that comes again as it was changes nothing', async () => {
    await drop('film.ko.srt', SRT);
    const before = await listSubtitles();
    await drop('film.ko.srt', SRT);
    expect(await listSubtitles()).toEqual(before);
    expect(await readdir(join(app.mediaDir, 'originals/film/.subtitles'))).toHaveLength(1);
  });

  test('with several languages gives as many tracks', async () => {
    await drop(
      'film.smi',
      '<SAMI><BODY><SYNC Start=0><P Class=KRCC>하나<P Class=ENCC>One<SYNC Start=2000><P Class=KRCC>&nbsp;<P Class=ENCC>&nbsp;</BODY></SAMI>',
    );
    expect((await listSubtitles()).map(({ language }) => language)).toEqual(['ko', 'en']);
  });

  test('whose name tells no language is asked what it is written in', async () => {
    await drop('film.srt', iconv.encode(SRT.replace('One', 'どこへ行くつもりですか？'), 'shift_jis'));
    expect(await listSubtitles()).toMatchObject([{ language: 'ja', name: '日本語' }]);
  });

  test('counts from where the film begins, also where that is its sound', async () => {
    const video = { firstFrameTicks: 90_000 } as NonNullable<SourceInfo['video']>;
    const sound = { startTicks: 45_000 } as SourceInfo['audio'][number];
    await app.services.store.writeTitle({
      ...(await app.services.store.readTitle('film'))!,
      sourceInfo: { ...INFO, video, audio: [sound] },
    });
    await drop('film.srt', SRT);
    const [track] = await listSubtitles();
    expect(await readAfterSeek(track!.uri!, 1.9)).toEqual(['One']);
    expect(await readAfterSeek(track!.uri!, 2.1)).toEqual([]);
  });

  test.each([
    ['other.ko.srt', SRT, 'not_ready', true],
    ['film.ko.srt', 'no subtitles', 'source_unsupported', false],
    ['film.ko.srt', '', 'source_empty', false],
  ])('%s with “%s” is refused as %s, and stays where it is', async (name, content, code, retryable) => {
    await expect(drop(name, content)).rejects.toMatchObject({ code, retryable });
    expect(await readdir(join(app.mediaDir, 'inbox'))).toEqual([name]);
    expect(await listSubtitles()).toEqual([]);
  });
});
