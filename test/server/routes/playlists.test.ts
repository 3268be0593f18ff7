import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseMediaPlaylist, parseMultivariantPlaylist } from '../../../pipeline/model/hls/parse-playlist.ts';
import { addTitle, type RunningApp, samplePlan, startApp, WAYS } from '../start-app.ts';

let app: RunningApp;
afterEach(() => app.close());

describe.each(WAYS)('playlists of a planned title, %s', (_way, options) => {
  beforeEach(async () => {
    app = await startApp(options);
    await addTitle(app.services, 'film');
  });

  test('the media playlist is whole before a segment exists', async () => {
    const { status, headers, text } = await app.send('/titles/film/v360/media.m3u8');
    const playlist = parseMediaPlaylist(text);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/vnd.apple.mpegurl');
    expect(playlist.ended).toBe(true);
    expect(playlist.segments.reduce((sum, segment) => sum + segment.durationSeconds, 0)).toBeCloseTo(10);
  });

  test('the DASH manifest is revalidated always, and changes only when it says something else', async () => {
    const manifest = await app.send('/titles/film/manifest.mpd', { headers: { Origin: 'https://elsewhere.example' } });
    expect(manifest.headers).toMatchObject({
      ...{ 'content-type': 'application/dash+xml', 'cache-control': 'no-cache', 'access-control-allow-origin': '*' },
    });
    expect(manifest.text).toContain('<Representation id="v360"');
    const again = await app.send('/titles/film/manifest.mpd', { headers: { 'If-None-Match': manifest.headers.etag as string } });
    expect(again.status).toBe(304);
    expect(await app.send('/titles/none/manifest.mpd')).toMatchObject({ status: 404, json: { code: 'not_found' } });
  });

  test('the multivariant playlist is revalidated always, the media playlist may be kept for a while', async () => {
    const multivariant = await app.send('/titles/film/multivariant.m3u8');
    const media = await app.send('/titles/film/a1/media.m3u8');
    expect(multivariant.headers['cache-control']).toBe('no-cache');
    expect(media.headers['cache-control']).toMatch(/^public, max-age=\d+$/);
  });

  test.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
  ] as const)('are sent as %s where that is taken, and only there', async (encoding, decode) => {
    const plain = await app.send('/titles/film/v360/media.m3u8');
    const [encoded, again] = await Promise.all(
      [0, 1].map(() => app.send('/titles/film/v360/media.m3u8', { headers: { 'Accept-Encoding': encoding } })),
    );
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.headers.vary).toContain('Accept-Encoding');
    expect(encoded!.headers['content-encoding']).toBe(encoding);
    expect(encoded!.headers.vary).toContain('Accept-Encoding');
    expect(encoded!.headers['content-length']).toBe(String(encoded!.bytes.length));
    expect(decode(encoded!.bytes).toString('utf8')).toBe(plain.text);
    expect(again!.bytes).toEqual(encoded!.bytes);
  });

  test('are not sent again to a client that has them', async () => {
    const { headers } = await app.send('/titles/film/multivariant.m3u8', { headers: { 'Accept-Encoding': 'gzip' } });
    const again = await app.send('/titles/film/multivariant.m3u8', {
      headers: { 'If-None-Match': headers.etag as string, 'Accept-Encoding': 'gzip' },
    });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
  });

  test('what a title does without is not offered', async () => {
    const before = await app.send('/titles/film/multivariant.m3u8');
    const { catalogue } = app.services;
    const { record } = (await catalogue.getTitle('film'))!;
    await catalogue.putTitle({ ...record, leftOut: ['a1'] }, 'playable', 10, 3);
    app.services.bus.publish({ type: 'title', titleId: 'film', state: 'playable', progress: 0 });
    const after = await app.send('/titles/film/multivariant.m3u8');
    expect([before.text.includes('a1/media.m3u8'), after.text.includes('a1/media.m3u8')]).toEqual([true, false]);
    expect(((await app.send('/api/titles/film')).json as { renditions: unknown[] }).renditions).toHaveLength(1);
  });

  test('HEAD answers without a body', async () => {
    const { status, bytes, headers } = await app.send('/titles/film/multivariant.m3u8', { method: 'HEAD' });
    expect([status, bytes.length, headers['access-control-allow-origin']]).toEqual([200, 0, '*']);
  });

  test('bit rates are estimated until every segment is there, and measured then', async () => {
    const bandwidth = async () =>
      parseMultivariantPlaylist((await app.send('/titles/film/multivariant.m3u8')).text).variants[0]!.bandwidthBps;
    const estimated = await bandwidth();
    const { timeline, renditions } = samplePlan('film');
    for (const rendition of renditions) {
      for (let segment = 0; segment < timeline.boundaries.length - 1; segment++) {
        await app.services.catalogue.recordSegment('film', rendition.id, segment, 1000);
        const committed = {
          titleId: 'film',
          renditionId: rendition.id,
          segment,
          sizeBytes: 1000,
          cause: 'background',
          isTwice: false,
        } as const;
        app.services.bus.publish({ type: 'segment', ...committed });
      }
    }
    const measured = await bandwidth();
    expect(estimated).toBeGreaterThan(800_000);
    expect(measured).toBeLessThan(100_000);
  });

  test('an older revision plays on beside the new one', async () => {
    const plan = samplePlan('film');
    await app.services.store.writePlan({
      ...plan,
      revision: 1,
      renditions: plan.renditions.map((rendition) => ({ ...rendition, id: `${rendition.id}-r1` })),
    });
    app.services.bus.publish({ type: 'plan', titleId: 'film', revision: 1 });
    expect((await app.send('/titles/film/multivariant.m3u8')).text).toContain('v360-r1/media.m3u8');
    expect(await app.send('/titles/film/v360-r1/media.m3u8')).toMatchObject({ status: 200 });
    expect(await app.send('/titles/film/v360/media.m3u8')).toMatchObject({ status: 200 });
  });

  test.each(['/titles/film/v999/media.m3u8', '/titles/none/v360/media.m3u8', '/titles/none/multivariant.m3u8'])(
    '%s is 404',
    async (path) => {
      expect(await app.send(path)).toMatchObject({ status: 404, json: { code: 'not_found' } });
    },
  );
});

describe.each(WAYS)('the multivariant playlist of a title that is not planned yet, %s', (_way, options) => {
  beforeEach(async () => {
    app = await startApp(options);
  });

  const addUnplanned = async () => {
    const { store, catalogue } = app.services;
    const record = {
      version: 1 as const,
      id: 'new',
      name: 'New',
      kind: 'file' as const,
      createdAtMs: 1,
      source: { path: 'originals/new/a.mp4', originalName: 'a.mp4', sizeBytes: 1, identity: 'new' },
      report: [],
    };
    await store.writeTitle(record);
    await catalogue.putTitle(record, 'probing', null, 0);
    return record;
  };

  test('is waited for', async () => {
    await addUnplanned();
    const answer = app.send('/titles/new/multivariant.m3u8');
    await app.services.store.writePlan(samplePlan('new'));
    app.services.bus.publish({ type: 'plan', titleId: 'new', revision: 0 });
    expect(await answer).toMatchObject({ status: 200 });
  });

  test('answers 503 when the plan does not come', async () => {
    await addUnplanned();
    const answer = app.send('/titles/new/multivariant.m3u8');
    app.stopping.abort();
    expect(await answer).toMatchObject({ status: 503, json: { code: 'not_ready' } });
  });

  test('answers why when the title has failed', async () => {
    const record = await addUnplanned();
    const failed = { ...record, error: { code: 'source_not_media', message: 'This is no film.' } };
    await app.services.catalogue.putTitle(failed, 'failed', null, 0);
    expect(await app.send('/titles/new/multivariant.m3u8')).toMatchObject({
      status: 404,
      json: { detail: expect.stringContaining('This is no film.') },
    });
  });
});
