import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Request, Response } from 'express';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { classicForms } from '../../../server/routes/classic-forms.ts';
import { addTitle, type RunningApp, startApp } from '../start-app.ts';

function rewrite(url: string): string {
  const req = { url } as Request;
  classicForms(req, {} as Response, () => {});
  return req.url;
}

test.each([
  ['/video_stream?track_id=film', '/titles/film/video.mp4'],
  ['/video_stream?quality=720&track_id=film&download=a%20b', '/titles/film/video.mp4?quality=720&download=a+b'],
  ['/audio_stream?track_id=song', '/titles/song/audio.mp3'],
  ['/audio_stream?track_id=song&format=opus', '/titles/song/audio.opus'],
  ['/stream?track_id=song', '/titles/song/stream'],
  ['/titles/song/source?track_id=x', '/titles/song/source?track_id=x'],
  ['/streams?track_id=x', '/streams?track_id=x'],
])('%s is %s', (url, meant) => {
  expect(rewrite(url)).toBe(meant);
});

test.each([
  ['/stream', 'bad_request'],
  ['/audio_stream?track_id=song&format=../../x', 'bad_request'],
  ['/stream?track_id=..%2F..%2Fetc', 'not_found'],
  ['/stream?track_id=', 'not_found'],
])('%s is refused as %s', (url, code) => {
  expect(() => rewrite(url)).toThrow(expect.objectContaining({ code }));
});

describe('GET /stream', () => {
  let app: RunningApp;
  beforeEach(async () => {
    app = await startApp();
  });
  afterEach(() => app.close());

  test('sends the original bytes in chunks', async () => {
    const bytes = Buffer.from(Array.from({ length: 700_000 }, (_, index) => index % 251));
    await addTitle(app.services, 'song', {
      source: { path: 'originals/song/song.mp3', originalName: 'song.mp3', sizeBytes: bytes.length, identity: 'x' },
    });
    await mkdir(join(app.mediaDir, 'originals/song'), { recursive: true });
    await writeFile(join(app.mediaDir, 'originals/song/song.mp3'), bytes);
    const answer = await app.send('/stream?track_id=song');
    expect(answer.bytes.equals(bytes)).toBe(true);
    expect(answer.headers).toMatchObject({
      'transfer-encoding': 'chunked',
      'content-type': 'application/octet-stream',
      'access-control-allow-origin': '*',
    });
    expect(await app.send('/stream?track_id=song', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  });

  test('says so where the original or the title is gone', async () => {
    await addTitle(app.services, 'song');
    expect(await app.send('/stream?track_id=song')).toMatchObject({ status: 503, json: { code: 'source_missing' } });
    expect(await app.send('/stream?track_id=other')).toMatchObject({ status: 404, json: { code: 'not_found' } });
  });
});
