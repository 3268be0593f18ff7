import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PipelineEvent } from '../../../pipeline/event-bus.ts';
import type { TitleView } from '../../../pipeline/model/title.ts';
import { addTitle, type RunningApp, startApp } from '../start-app.ts';

let app: RunningApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

describe('GET /api/titles', () => {
  test('is empty at first', async () => {
    expect(await app.send('/api/titles')).toMatchObject({ status: 200, json: { titles: [] } });
  });

  test('lists titles newest first, with what can be played and how far each is', async () => {
    await addTitle(app.services, 'old');
    await addTitle(app.services, 'new', { createdAtMs: 1_800_000_000_000 });
    await app.services.catalogue.recordSegment('new', 'v360', 0, 100);
    await app.services.store.putAsset('new', 'poster.jpg', Buffer.from('jpeg'));
    const { titles } = (await app.send('/api/titles')).json as { titles: TitleView[] };
    expect(titles.map((title) => title.id)).toEqual(['new', 'old']);
    expect(titles[0]).toMatchObject({
      name: 'Title new',
      kind: 'file',
      state: 'playable',
      durationSeconds: 10,
      playlistUrl: '/titles/new/multivariant.m3u8',
      posterUrl: '/titles/new/poster.jpg',
      renditions: [
        { id: 'v360', kind: 'video', width: 640, height: 360, segmentsCommitted: 1, playlistUrl: '/titles/new/v360/media.m3u8' },
        { id: 'a1', kind: 'audio', name: 'Audio', language: 'und', channels: 2, segmentsCommitted: 0 },
      ],
    });
    expect(titles[0]!.progress).toBeCloseTo(1 / (2 * titles[0]!.renditions[0]!.segmentsPlanned));
    expect(titles[1]!.posterUrl).toBeNull();
  });

  test('a title says what its source states of itself', async () => {
    const sourceInfo = { formatNames: ['mp3'], sizeBytes: 1, audio: [], others: [], tags: { artist: 'A', track: '3/12', encoder: 'x' } };
    await addTitle(app.services, 'song', { sourceInfo });
    expect((await app.send('/api/titles/song')).json).toMatchObject({ tags: { artist: 'A', track: 3 } });
    await addTitle(app.services, 'film');
    expect((await app.send('/api/titles/film')).json).not.toHaveProperty('tags');
  });

  test('a failed title says why and has nothing to play', async () => {
    const error = { code: 'source_not_media', message: 'This is no film.' };
    await addTitle(app.services, 'bad', { error });
    const { catalogue, store } = app.services;
    const record = (await store.readTitle('bad'))!;
    await store.removeTitle('bad');
    await store.writeTitle(record);
    await catalogue.putTitle(record, 'failed', null, 0);
    expect((await app.send('/api/titles/bad')).json).toMatchObject({
      state: 'failed',
      error,
      playlistUrl: null,
      renditions: [],
      progress: 0,
    });
  });

  test('which segments there are is told as runs of them, beside the grid they lie on', async () => {
    await addTitle(app.services, 'film');
    for (const segment of [0, 1, 3]) await app.services.catalogue.recordSegment('film', 'v360', segment, 100);
    const { json } = await app.send('/api/titles/film/segments');
    const plan = (await app.services.store.readPlan('film'))!;
    expect(json).toEqual({
      boundaryTicks: plan.timeline.boundaries,
      renditions: [
        {
          id: 'v360',
          kind: 'video',
          segments: [
            [0, 2],
            [3, 4],
          ],
        },
        { id: 'a1', kind: 'audio', segments: [] },
      ],
    });
    expect(await app.send('/api/titles/nothing/segments')).toMatchObject({ status: 404 });
  });

  test('nothing of the API is kept by caches', async () => {
    expect((await app.send('/api/titles')).headers['cache-control']).toBe('no-store');
  });

  test('an unknown title is a problem', async () => {
    const { status, headers, json } = await app.send('/api/titles/none');
    expect(status).toBe(404);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(json).toEqual({
      type: 'urn:millrace:problem:not_found',
      title: 'Not found',
      status: 404,
      code: 'not_found',
      detail: 'There is no such title.',
    });
  });
});

describe('PATCH /api/titles/:id', () => {
  beforeEach(async () => {
    await addTitle(app.services, 'film');
  });
  const patch = (body: string, headers: Record<string, string> = {}) =>
    app.send('/api/titles/film', { method: 'PATCH', headers: { 'Content-Type': 'application/json', ...headers }, body });

  test('gives a title another name, in the store and in the list, and tells the others', async () => {
    const events: PipelineEvent[] = [];
    app.services.bus.subscribe((event) => events.push(event));
    expect(await patch('{"name":"  영화 ✨ "}')).toMatchObject({ status: 200, json: { name: '영화 ✨' } });
    expect((await app.services.store.readTitle('film'))!.name).toBe('영화 ✨');
    expect((await app.services.catalogue.getTitle('film'))!.record.name).toBe('영화 ✨');
    expect(events).toEqual([{ type: 'title', titleId: 'film', state: 'playable', progress: 0 }]);
  });

  test.each(['{"name":""}', '{"name":7}', '{"title":"x"}', '{"name":"x","id":"y"}', '[]', '{', ''])('refuses %s', async (body) => {
    expect(await patch(body)).toMatchObject({ status: 400, json: { code: 'bad_request' } });
    expect((await app.services.store.readTitle('film'))!.name).toBe('Title film');
  });
});

describe('DELETE /api/titles/:id', () => {
  test('takes the title, its segments and its original away, and tells the others', async () => {
    await addTitle(app.services, 'film');
    await mkdir(join(app.mediaDir, 'originals', 'film'), { recursive: true });
    await writeFile(join(app.mediaDir, 'originals', 'film', 'film.mp4'), 'film');
    const events: PipelineEvent[] = [];
    app.services.bus.subscribe((event) => events.push(event));
    expect(await app.send('/api/titles/film', { method: 'DELETE' })).toMatchObject({ status: 204, text: '' });
    expect(await app.send('/api/titles/film')).toMatchObject({ status: 404 });
    expect(await readdir(join(app.mediaDir, 'streams'))).toEqual([]);
    expect(existsSync(join(app.mediaDir, 'originals', 'film'))).toBe(false);
    expect(events).toContainEqual({ type: 'title-removed', titleId: 'film' });
  });

  test('of a failed title takes its file and the note beside it', async () => {
    await addTitle(app.services, 'bad', { source: { path: 'failed/bad.mp4', originalName: 'bad.mp4', sizeBytes: 1, identity: 'bad' } });
    await mkdir(join(app.mediaDir, 'failed'));
    await writeFile(join(app.mediaDir, 'failed', 'bad.mp4'), 'x');
    await writeFile(join(app.mediaDir, 'failed', 'bad.mp4.error.json'), '{}');
    expect(await app.send('/api/titles/bad', { method: 'DELETE' })).toMatchObject({ status: 204 });
    expect(await readdir(join(app.mediaDir, 'failed'))).toEqual([]);
  });

  test('of an unknown title is 404', async () => {
    expect(await app.send('/api/titles/none', { method: 'DELETE' })).toMatchObject({ status: 404 });
  });
});

describe('who may change the library', () => {
  beforeEach(async () => {
    await addTitle(app.services, 'film');
  });

  test('a page of a stranger that resolves to this machine may not even read the API', async () => {
    expect(await app.send('/api/titles', { headers: { Host: 'evil.example' } })).toMatchObject({
      status: 403,
      json: { code: 'forbidden_host' },
    });
    expect(await app.send('/api/events', { headers: { Host: 'evil.example' } })).toMatchObject({ status: 403 });
  });

  test('another site’s page may not write', async () => {
    const answer = await app.send('/api/titles/film', { method: 'DELETE', headers: { Origin: 'https://evil.example' } });
    expect(answer).toMatchObject({ status: 403, json: { code: 'forbidden_origin' } });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(await app.send('/api/titles/film')).toMatchObject({ status: 200 });
  });

  test('our own page may', async () => {
    const own = { Host: 'localhost:3000', Origin: 'http://localhost:3000' };
    expect(await app.send('/api/titles/film', { method: 'DELETE', headers: own })).toMatchObject({ status: 204 });
  });
});

describe('with API_TOKEN set', () => {
  let locked: RunningApp;
  beforeEach(async () => {
    locked = await startApp({ apiToken: 'secret' });
    await addTitle(locked.services, 'film');
  });
  afterEach(() => locked.close());

  test('reading needs no token, writing does', async () => {
    expect(await locked.send('/api/titles')).toMatchObject({ status: 200 });
    const refused = await locked.send('/api/titles/film', { method: 'DELETE' });
    expect(refused).toMatchObject({ status: 401, json: { code: 'unauthorized' } });
    expect(refused.headers['www-authenticate']).toContain('Bearer');
    expect(await locked.send('/api/titles?name=a.mp4', { method: 'PUT', body: 'x' })).toMatchObject({ status: 401 });
    const headers = { Authorization: 'Bearer secret' };
    expect(await locked.send('/api/titles/film', { method: 'DELETE', headers })).toMatchObject({ status: 204 });
  });
});
