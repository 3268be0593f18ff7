import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { type ClientRequest, request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TitleView } from '../../../pipeline/model/title.ts';
import { type RunningApp, startApp } from '../start-app.ts';

let app: RunningApp;
beforeEach(async () => {
  app = await startApp({ maxUploadBytes: 1_000_000 });
});
afterEach(() => app.close());

const put = (name: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
  app.send(`/api/titles?name=${encodeURIComponent(name)}`, { method: 'PUT', body, headers });

function openPut(query: string, headers: Record<string, string>): ClientRequest {
  return request({ host: '127.0.0.1', port: app.port, path: `/api/titles?${query}`, method: 'PUT', headers, agent: false });
}

/** Files under the media home that are no database. */
async function mediaFiles(): Promise<string[]> {
  const entries = await readdir(app.mediaDir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && !entry.name.includes('.sqlite')).map((entry) => entry.name);
}

describe('PUT /api/titles', () => {
  test('makes a title of the body, and answers where it plays', async () => {
    const { status, headers, json } = await put('movie.mp4', 'film bytes');
    const view = json as TitleView;
    expect(status).toBe(201);
    expect(view).toMatchObject({ name: 'movie', state: 'waiting', playlistUrl: `/titles/${view.id}/multivariant.m3u8` });
    expect(headers.location).toBe(`/api/titles/${view.id}`);
    const { source } = (await app.services.store.readTitle(view.id))!;
    expect(await readFile(join(app.mediaDir, source.path), 'utf8')).toBe('film bytes');
  });

  test('the same content again is the same title', async () => {
    const first = await put('movie.mp4', 'film bytes');
    const second = await put('other.mp4', 'film bytes');
    expect(second.status).toBe(200);
    expect((second.json as TitleView).id).toBe((first.json as TitleView).id);
    expect((await mediaFiles()).filter((name) => name.endsWith('.mp4'))).toEqual(['movie.mp4']);
  });

  test.each(['영화 이름.mp4', '영화.mp4'.normalize('NFD'), '🎬.mkv', 'it\'s "quoted".mp4', '-rf.mp4', `${'é'.repeat(150)}.mp4`])(
    'takes the name %s',
    async (name) => {
      const answer = await put(name, name);
      expect(answer.status).toBe(201);
      const { source } = (await app.services.store.readTitle((answer.json as TitleView).id))!;
      expect(source.originalName).toBe(name.normalize('NFC'));
      expect(existsSync(join(app.mediaDir, source.path))).toBe(true);
    },
  );

  test.each(['../evil.mp4', '/etc/passwd', 'a\\b.mp4', '..', 'a\u0000b', '\n'])('refuses the name %j and leaves nothing', async (name) => {
    expect(await put(name, 'x')).toMatchObject({ status: 400, json: { code: 'name_invalid' } });
    expect(await mediaFiles()).toEqual([]);
  });

  test('refuses a body without a name', async () => {
    expect(await app.send('/api/titles', { method: 'PUT', body: 'x' })).toMatchObject({ status: 400, json: { code: 'name_invalid' } });
  });

  test('refuses an empty file', async () => {
    expect(await put('empty.mp4', '')).toMatchObject({ status: 422, json: { code: 'source_empty' } });
  });

  test('refuses what its headers tell before the body is sent', async () => {
    const req = openPut('name=big.mp4', { 'Content-Length': '4', Origin: 'http://evil.example', Expect: '100-continue' });
    let continued = false;
    req.on('continue', () => {
      continued = true;
    });
    req.flushHeaders();
    const [res] = await once(req, 'response');
    expect([res.statusCode, continued]).toEqual([403, false]);
    req.destroy();
  });

  test('refuses a chunked body as soon as it is too large, and leaves nothing', async () => {
    const answer = await put('big.mp4', Buffer.alloc(1_200_000), { 'Transfer-Encoding': 'chunked' });
    expect(answer).toMatchObject({ status: 413, json: { code: 'upload_too_large' } });
    expect(await mediaFiles()).toEqual([]);
  });

  test('asks for the body of a client that expects to be asked', async () => {
    const req = openPut('name=asked.mp4', { 'Content-Length': '4', Expect: '100-continue' });
    req.flushHeaders();
    await once(req, 'continue');
    req.end('film');
    const [res] = await once(req, 'response');
    res.resume();
    expect(res.statusCode).toBe(201);
  });

  test('leaves nothing of an upload that breaks off, and goes on', async () => {
    const received = new Promise<void>((resolve) => {
      const receive = app.services.receive;
      app.services.receive = (body, upload) => receive(body, upload).finally(resolve);
    });
    const req = openPut('name=half.mp4', { 'Content-Length': '100000' });
    req.on('error', () => {});
    req.write(Buffer.alloc(50_000), () => req.destroy());
    await received;
    expect(await mediaFiles()).toEqual([]);
    expect((await app.send('/api/titles')).json).toEqual({ titles: [] });
    expect(await put('movie.mp4', 'film')).toMatchObject({ status: 201 });
  });
});
