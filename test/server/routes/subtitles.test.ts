import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SourceInfo } from '../../../pipeline/model/source-info.ts';
import { addTitle, type RunningApp, startApp } from '../start-app.ts';

let app: RunningApp;
beforeEach(async () => {
  app = await startApp();
  await addTitle(app.services, 'film');
  const track = { id: 'sx1a2b3c4d', language: 'ko', isDefault: false, isForced: false, isHearingImpaired: false };
  const document = { version: 1, files: [{ ...track, fileName: 'film.ko.srt', encoding: 'cp949' }], failures: [] };
  await app.services.store.putAsset('film', 'subtitle-sx1a2b3c4d.vtt', Buffer.from('WEBVTT\n\n00:01.500 --> 00:02.500\n안녕\n'));
  await app.services.store.putAsset('film', 'subtitles.json', Buffer.from(JSON.stringify(document)));
});
afterEach(() => app.close());

test('subtitles that came after the plan are in the multivariant playlist', async () => {
  const { text } = await app.send('/titles/film/multivariant.m3u8');
  expect(text).toContain('TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="한국어",LANGUAGE="ko"');
  expect(text).toContain('SUBTITLES="subtitles"');
});

test('their playlist and segments are served, with their types, gzipped', async () => {
  const playlist = await app.send('/titles/film/sx1a2b3c4d/media.m3u8');
  expect([playlist.status, playlist.headers['content-type']]).toEqual([200, 'application/vnd.apple.mpegurl']);
  const segment = await app.send('/titles/film/sx1a2b3c4d/1.vtt', { headers: { 'Accept-Encoding': 'gzip' } });
  expect([segment.status, segment.headers['content-type'], segment.headers['access-control-allow-origin']]).toEqual([
    200,
    'text/vtt; charset=utf-8',
    '*',
  ]);
  expect(gunzipSync(segment.bytes).toString('utf8')).toBe(
    'WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\n00:00:01.500 --> 00:00:02.500\n안녕\n',
  );
});

test('the title lists them, and its report says where they are from', async () => {
  expect((await app.send('/api/titles/film')).json).toMatchObject({
    subtitles: [{ id: 'sx1a2b3c4d', language: 'ko', name: '한국어', playlistUrl: '/titles/film/sx1a2b3c4d/media.m3u8' }],
    report: [{ kind: 'subtitle', outcome: 'converted', reason: expect.stringContaining('film.ko.srt') }],
    chapters: [],
    chaptersUrl: null,
  });
});

test('chapters are in the title and in a file for players', async () => {
  const info: SourceInfo = {
    formatNames: [],
    sizeBytes: 1,
    audio: [],
    others: [],
    tags: {},
    chapters: [{ startTicks: 0, endTicks: 180_000, title: '처음' }],
  };
  await addTitle(app.services, 'book', { sourceInfo: info });
  expect((await app.send('/api/titles/book')).json).toMatchObject({
    chapters: [{ startSeconds: 0, endSeconds: 2, title: '처음' }],
    chaptersUrl: '/titles/book/chapters.vtt',
  });
  const { text, headers } = await app.send('/titles/book/chapters.vtt');
  expect([text, headers['content-type']]).toEqual(['WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n처음\n', 'text/vtt; charset=utf-8']);
  expect((await app.send('/titles/film/chapters.vtt')).status).toBe(404);
});

test.each([
  ['/titles/film/sx1a2b3c4d/99.vtt', 'segment_past_end'],
  ['/titles/film/sx1a2b3c4d/-1.vtt', 'not_found'],
  ['/titles/film/sx1a2b3c4d/01.vtt', 'not_found'],
  ['/titles/film/sx00000000/0.vtt', 'not_found'],
  ['/titles/film/v360/0.vtt', 'not_found'],
  ['/titles/none/sx1a2b3c4d/0.vtt', 'not_found'],
  ['/titles/film/..%2fsx1a2b3c4d/0.vtt', 'not_found'],
])('%s is %s', async (path, code) => {
  expect((await app.send(path)).json).toMatchObject({ code });
});

test('the DASH manifest names each as one text, which is served whole', async () => {
  const { text } = await app.send('/titles/film/manifest.mpd');
  expect(text).toContain('<BaseURL>sx1a2b3c4d/text.vtt</BaseURL>');
  const whole = await app.send('/titles/film/sx1a2b3c4d/text.vtt');
  expect(whole).toMatchObject({ status: 200, text: 'WEBVTT\n\n00:00:01.500 --> 00:00:02.500\n안녕\n' });
  expect(whole.headers['content-type']).toBe('text/vtt; charset=utf-8');
  expect((await app.send('/titles/film/s9/text.vtt')).status).toBe(404);
});
