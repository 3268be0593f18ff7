import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { AppError } from '../../pipeline/errors.ts';
import { addTitle, type RunningApp, startApp, WAYS } from './start-app.ts';

const SEGMENT = '/titles/film/v360/0.m4s';
let app: RunningApp;
afterEach(() => app.close());

async function readMetric(name: string): Promise<number> {
  const { text } = await app.send('/metrics');
  const line = text.split('\n').find((candidate) => candidate.startsWith(name));
  return Number(line?.slice(line.lastIndexOf(' ')));
}

describe.each(WAYS)('whatever the way, %s', (_way, options) => {
  test('a segment that was evicted is not there, and is the new one when it was made again', async () => {
    app = await startApp(options);
    const { store, bus } = app.services;
    await addTitle(app.services, 'film');
    await store.putSegment('film', 'v360', 0, Buffer.from('old'));
    expect((await app.send(SEGMENT)).text).toBe('old');
    await store.removeSegment('film', 'v360', 0);
    bus.publish({ type: 'segment-evicted', titleId: 'film', renditionId: 'v360', segment: 0 });
    expect((await app.send(SEGMENT)).status).toBe(404);
    await store.putSegment('film', 'v360', 0, Buffer.from('newer'));
    bus.publish({ type: 'segment', titleId: 'film', renditionId: 'v360', segment: 0, sizeBytes: 5, cause: 'demand', isTwice: false });
    expect((await app.send(SEGMENT)).text).toBe('newer');
  });

  test('a title that was removed is gone', async () => {
    app = await startApp(options);
    await addTitle(app.services, 'film');
    await app.services.store.putSegment('film', 'v360', 0, Buffer.from('bytes'));
    const paths = [SEGMENT, '/titles/film/multivariant.m3u8', '/titles/film/v360/media.m3u8'];
    for (const path of paths) expect((await app.send(path)).status).toBe(200);
    expect((await app.send('/api/titles/film', { method: 'DELETE' })).status).toBe(204);
    for (const path of paths) expect((await app.send(path)).status).toBe(404);
  });

  test('who may not read a title is told of none, also when it is in memory', async () => {
    app = await startApp({ ...options, mayRead: (req) => req.headers.authorization === 'Bearer friend' });
    await addTitle(app.services, 'film');
    await app.services.store.putSegment('film', 'v360', 0, Buffer.from('bytes'));
    for (const path of [SEGMENT, '/titles/film/multivariant.m3u8', '/titles/film/v360/media.m3u8', '/titles/film/poster.jpg?x']) {
      const isThere = !path.includes('poster');
      expect((await app.send(path, { headers: { Authorization: 'Bearer friend' } })).status).toBe(isThere ? 200 : 404);
      expect(await app.send(path)).toMatchObject({ status: 404, json: { code: 'not_found', detail: 'There is no such title.' } });
    }
  });

  test('a disk that fails is a problem with its code, and nobody’s end', async () => {
    app = await startApp(options);
    await addTitle(app.services, 'film');
    const { statFile } = app.services.store;
    app.services.store.statFile = async () => {
      throw new AppError('store_failed', 'The disk is away.', { retryable: true });
    };
    expect(await app.send(SEGMENT)).toMatchObject({ status: 503, json: { code: 'store_failed' } });
    app.services.store.statFile = statFile;
    await app.services.store.putSegment('film', 'v360', 0, Buffer.from('bytes'));
    expect((await app.send(SEGMENT)).status).toBe(200);
  });

  test('every segment that is sent moves its viewer’s play head', async () => {
    const served: string[] = [];
    app = await startApp({ ...options, noteServed: async (...place) => void served.push(place.join('/')) });
    await addTitle(app.services, 'film');
    await app.services.store.putSegment('film', 'v360', 0, Buffer.from('bytes'));
    await app.send(SEGMENT);
    await app.send(SEGMENT);
    await app.send('/titles/film/v360/media.m3u8');
    expect(served).toEqual(['film/v360/0.m4s', 'film/v360/0.m4s']);
  });
});

test('what was answered from memory, and what memory holds, is in the metrics', async () => {
  app = await startApp();
  await addTitle(app.services, 'film');
  await app.services.store.putSegment('film', 'v360', 0, Buffer.alloc(1000));
  for (let n = 0; n < 3; n++) await app.send(SEGMENT);
  expect(await readMetric('millrace_cache_answers_total{result="hit"}')).toBe(2);
  expect(await readMetric('millrace_cache_answers_total{result="miss"}')).toBe(1);
  expect(await readMetric('millrace_cache_bytes')).toBe(1000);
});

test('clients that read nothing hold no more memory than there is for all; everybody else is answered piece by piece', async () => {
  const [cacheBytes, sizeBytes] = [40_000_000, 9_000_000];
  app = await startApp({ cacheBytes });
  await addTitle(app.services, 'film');
  for (let n = 0; n < 6; n++) await app.services.store.putSegment('film', 'v360', n, Buffer.alloc(sizeBytes, n));
  const slow = await Promise.all(
    [0, 1, 2, 3].map(async (n) => {
      const socket = connect(app.port, '127.0.0.1');
      socket.write(`GET /titles/film/v360/${n}.m4s HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      await once(socket, 'readable');
      return socket;
    }),
  );
  expect(await readMetric('millrace_cache_bytes')).toBe(4 * sizeBytes);
  for (const n of [4, 5]) {
    const { status, bytes } = await app.send(`/titles/film/v360/${n}.m4s`);
    expect([status, bytes.equals(Buffer.alloc(sizeBytes, n))]).toEqual([200, true]);
  }
  expect(await readMetric('millrace_cache_bytes')).toBe(4 * sizeBytes);
  for (const socket of slow) socket.destroy();
});
