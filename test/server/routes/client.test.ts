import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addTitle, type RunningApp, startApp } from '../start-app.ts';

let app: RunningApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

describe('the web app', () => {
  test.each(['/', '/watch/film', '/embed/film', '/?x=1'])('%s is its page, always revalidated', async (path) => {
    const { status, headers, text } = await app.send(path);
    expect([status, headers['cache-control']]).toEqual([200, 'no-cache']);
    expect(headers['content-type']).toMatch(/^text\/html/);
    expect(text).toContain('Millrace');
  });

  test('tells a person about an address that is none, and a program by a problem', async () => {
    const page = await app.send('/nowhere/at/all', { headers: { Accept: 'text/html,*/*' } });
    expect([page.status, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect(await app.send('/nowhere')).toMatchObject({ status: 404, json: { code: 'not_found' } });
    expect(await app.send('/api/nowhere', { headers: { Accept: 'text/html' } })).toMatchObject({
      status: 404,
      json: { code: 'not_found' },
    });
  });

  test('its hashed files may be kept for ever', async () => {
    const { status, headers } = await app.send('/assets/app-1a2b3c.js');
    expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
  });

  test('may run its own scripts only, play from blobs, and stand in other pages as an embed only', async () => {
    const policy = (await app.send('/')).headers['content-security-policy'];
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("media-src 'self' blob:");
    expect(policy).toContain("worker-src 'self' blob:");
    expect(policy).toContain("frame-ancestors 'self'");
    expect((await app.send('/embed/film')).headers['content-security-policy']).toContain('frame-ancestors *');
  });

  test('that is not built says what to type', async () => {
    await rm(join(app.clientDir, 'index.html'));
    expect(await app.send('/')).toMatchObject({ status: 404, json: { detail: expect.stringContaining('npm run build') } });
  });
});

describe('posters', () => {
  test('are served as pictures, and not sent twice', async () => {
    await addTitle(app.services, 'film');
    await app.services.store.putAsset('film', 'poster.jpg', Buffer.from('jpeg'));
    const { status, headers, text } = await app.send('/titles/film/poster.jpg');
    expect([status, headers['content-type'], text]).toEqual([200, 'image/jpeg', 'jpeg']);
    expect(await app.send('/titles/film/poster.jpg', { headers: { 'If-None-Match': headers.etag as string } })).toMatchObject({
      status: 304,
    });
    expect(await app.send('/titles/none/poster.jpg')).toMatchObject({ status: 404 });
  });
});

describe('what machines ask', () => {
  test('the process lives and can serve, until it stops', async () => {
    expect(await app.send('/healthz')).toMatchObject({ status: 200, json: { status: 'ok' } });
    expect(await app.send('/readyz')).toMatchObject({ status: 200, json: { status: 'ready' } });
    app.stopping.abort();
    expect(await app.send('/healthz')).toMatchObject({ status: 200 });
    expect(await app.send('/readyz')).toMatchObject({ status: 503 });
  });

  test('metrics count titles, segments and requests under their pattern', async () => {
    await addTitle(app.services, 'film');
    await app.send('/api/titles/film');
    app.services.bus.publish({
      type: 'segment',
      titleId: 'film',
      renditionId: 'v360',
      segment: 0,
      sizeBytes: 500,
      cause: 'background',
      isTwice: false,
    });
    const { status, headers, text } = await app.send('/metrics');
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('text/plain');
    expect(text).toContain('millrace_titles{state="playable"} 1');
    expect(text).toContain('millrace_segments_committed_total{cause="background"} 1');
    expect(text).toContain('millrace_segment_bytes_committed_total 500');
    expect(text).toMatch(/millrace_http_request_seconds_count\{method="GET",route="\/api\/titles\/:id",status="200"\} 1/);
    expect(text).not.toContain('route="/api/titles/film"');
  });
});

test('an error inside tells nothing of itself', async () => {
  app.services.catalogue.listTitles = () => Promise.reject(new Error('secret /path'));
  const { status, json, text } = await app.send('/api/titles');
  expect(status).toBe(500);
  expect(json).toMatchObject({ code: 'internal' });
  expect(text).not.toMatch(/secret|\.ts|at /);
});
