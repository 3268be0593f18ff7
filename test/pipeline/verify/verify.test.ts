import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLog } from '../../../pipeline/log.ts';
import type { AuditReport } from '../../../pipeline/model/hls/audit/audit-report.ts';
import { createFsSegmentStore } from '../../../pipeline/storage/fs-segment-store.ts';
import { multivariantUrlOf } from '../../../pipeline/verify/http-source.ts';
import { runVerify } from '../../../pipeline/verify/verify.ts';
import { editText, type Files, syntheticTitle } from '../model/hls/audit/synthetic-title.ts';
import { samplePlan } from '../model/hls/sample-plan.ts';
import { goodResponse } from './memory-source.ts';

const log = createLog('silent');
const ruleIds = (report: AuditReport): string[] => [...new Set(report.violations.map(({ ruleId }) => ruleId))];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verify-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function writeFiles(root: string, files: Files): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), bytes);
  }
}

describe('a folder', () => {
  test('of a good title has no violation, and names the rules that need a server as not checked', async () => {
    await writeFiles(folder, syntheticTitle());
    const report = await runVerify({ target: folder, log });
    expect(report.violations).toEqual([]);
    expect(report.target).toBe(folder);
    expect(report.notChecked.map(({ ruleId }) => ruleId)).toContain('A10.1');
  });

  test('can be named by its playlist, whatever that is called', async () => {
    const files = syntheticTitle();
    files.set('한 편 #1.m3u8', files.get('multivariant.m3u8') as Uint8Array);
    files.delete('multivariant.m3u8');
    await writeFiles(folder, files);
    expect((await runVerify({ target: join(folder, '한 편 #1.m3u8'), log })).violations).toEqual([]);
    expect((await runVerify({ target: folder, log })).violations).toEqual([]);
  });

  test.each([
    ['a URI that climbs out', '../../../../../../../../etc/passwd'],
    ['a URI that climbs out in escapes', '..%2f..%2foutside.m4s'],
    ['an absolute path', '/etc/passwd'],
    ['a file URL', 'file:///etc/passwd'],
    ['a web URL', 'http://127.0.0.1:1/2.m4s'],
    ['a link that leads out', 'link.m4s'],
  ])('is never left: %s is not read', async (_, uri) => {
    const files = syntheticTitle();
    editText(files, 'v360/media.m3u8', (text) => text.replace('2.m4s', uri));
    const inside = join(folder, 'a', 'b');
    await writeFiles(inside, files);
    await writeFile(join(folder, 'a', 'outside.m4s'), 'secret');
    await symlink(join(folder, 'a', 'outside.m4s'), join(inside, 'v360', 'link.m4s'));
    const report = await runVerify({ target: inside, log });
    expect(ruleIds(report)).toEqual(['P1']);
    expect(report.violations[0]?.seen).toMatch(/outside|does not exist|another origin/);
  });

  test.each([
    ['nothing is there', 'nowhere', /nothing|neither/],
    ['it holds no playlist', '.', /holds no playlist/],
  ])('says so when %s', async (_, path, message) => {
    await expect(runVerify({ target: join(folder, path), log })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(message),
    });
  });
});

describe('a title of the library', () => {
  const plan = samplePlan();

  async function storeTitle(): Promise<ReturnType<typeof createFsSegmentStore>> {
    const store = createFsSegmentStore({ root: folder });
    await store.writeTitle({
      version: 1,
      id: plan.titleId,
      name: 'Sample',
      kind: 'file',
      createdAtMs: 0,
      source: { path: 'originals/x.mp4', originalName: 'x.mp4', sizeBytes: 1, identity: 'x' },
      report: [],
    });
    await store.writePlan(plan);
    for (const [path, bytes] of syntheticTitle({ plan })) {
      const [renditionId = '', name = ''] = path.split('/');
      if (name === 'init.mp4') await store.putInit(plan.titleId, renditionId, bytes);
      if (name.endsWith('.m4s')) await store.putSegment(plan.titleId, renditionId, Number.parseInt(name, 10), bytes);
    }
    return store;
  }

  test('is judged by the playlists that the server renders for it', async () => {
    const store = await storeTitle();
    const report = await runVerify({ target: plan.titleId, store, log });
    expect(report.violations).toEqual([]);
    expect(report.summary.segments).toBe(25);
  });

  test('that is not complete misses its segments, and its bit rates are not judged', async () => {
    const store = await storeTitle();
    await rm(join(folder, plan.titleId, 'v360', '4.m4s'));
    const report = await runVerify({ target: plan.titleId, store, log });
    expect(ruleIds(report)).toEqual(['P1']);
    expect(report.notChecked).toContainEqual(expect.objectContaining({ ruleId: 'A1.27', reason: 'not every segment could be read' }));
  });

  test('that does not exist is not found', async () => {
    const store = createFsSegmentStore({ root: folder });
    await expect(runVerify({ target: 'nosuchtitle', store, log })).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a URL', () => {
  let server: Server;
  let requests: string[];

  /** Serves a title as a good server does; `override` answers in its place where it returns true. */
  async function serve(files: Files, override: (...args: Parameters<RequestListener>) => boolean = () => false): Promise<string> {
    requests = [];
    server = createServer((request, response) => {
      requests.push(request.url ?? '');
      if (override(request, response)) return;
      const path = new URL(request.url ?? '', 'http://host').pathname.slice('/titles/x/'.length);
      const bytes = files.get(path);
      if (!bytes) {
        response.writeHead(404).end();
        return;
      }
      const { contentType, contentEncoding } = goodResponse(path);
      response.setHeader('content-type', contentType);
      if (contentEncoding === 'gzip') response.setHeader('content-encoding', 'gzip');
      response.end(contentEncoding === 'gzip' ? gzipSync(bytes) : bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test('of a good server has no violation, and everything is checked', async () => {
    const origin = await serve(syntheticTitle());
    const report = await runVerify({ target: `${origin}/titles/x/multivariant.m3u8`, log });
    expect(report.violations).toEqual([]);
    expect(report.checked.map(({ ruleId }) => ruleId)).toEqual(expect.arrayContaining(['A8.18', 'A10.1', 'A10.4', 'A1.27']));
  });

  test('is asked again where a segment is not ready yet', async () => {
    let refusals = 2;
    const origin = await serve(syntheticTitle(), (request, response) => {
      if (request.url !== '/titles/x/v360/3.m4s' || refusals-- <= 0) return false;
      response.writeHead(503, { 'retry-after': '0' }).end();
      return true;
    });
    expect((await runVerify({ target: `${origin}/api/titles/x`, log })).violations).toEqual([]);
    expect(requests.filter((url) => url.endsWith('/v360/3.m4s'))).toHaveLength(3);
  });

  test('is judged by the bit rates it states once everything was read', async () => {
    const files = syntheticTitle();
    const estimated: Files = new Map(files);
    editText(estimated, 'multivariant.m3u8', (text) => text.replaceAll(/BANDWIDTH=(\d+)/g, 'BANDWIDTH=9$1'));
    let reads = 0;
    const origin = await serve(files, (request, response) => {
      if (!request.url?.endsWith('multivariant.m3u8') || reads++ > 0) return false;
      response.writeHead(200, { 'content-type': 'application/vnd.apple.mpegurl' }).end(estimated.get('multivariant.m3u8'));
      return true;
    });
    expect((await runVerify({ target: `${origin}/titles/x/`, log })).violations).toEqual([]);
  });

  test('whose files are redirected within the origin is read, and reported', async () => {
    const origin = await serve(syntheticTitle(), (request, response) => {
      if (request.url !== '/titles/x/a1/1.m4s') return false;
      response.writeHead(302, { location: '/titles/x/a1/1.m4s?again' }).end();
      return true;
    });
    const report = await runVerify({ target: `${origin}/titles/x`, log });
    expect(report.violations).toMatchObject([
      { ruleId: 'A8.18', where: '/titles/x/a1/1.m4s', seen: `a redirect to ${origin}/titles/x/a1/1.m4s?again` },
    ]);
  });

  test('is never left: a redirect to another origin is not followed', async () => {
    const origin = await serve(syntheticTitle(), (request, response) => {
      if (request.url !== '/titles/x/a1/1.m4s') return false;
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
      return true;
    });
    const report = await runVerify({ target: `${origin}/titles/x`, log });
    expect(ruleIds(report)).toEqual(['P1']);
    expect(report.violations[0]?.seen).toContain('another origin');
  });

  test('where nobody listens is a violation that says so', async () => {
    const origin = await serve(new Map());
    await new Promise((resolve) => server.close(resolve));
    const report = await runVerify({ target: `${origin}/titles/x`, log });
    expect(report.violations).toMatchObject([{ ruleId: 'R4', seen: expect.stringContaining('ECONNREFUSED') }]);
  });

  test('stops when it is cancelled', async () => {
    const controller = new AbortController();
    const origin = await serve(syntheticTitle(), () => {
      controller.abort();
      return true;
    });
    await expect(runVerify({ target: `${origin}/titles/x`, log, signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

test.each(['ftp://host/x', 'file:///etc/passwd', 'http://'])('%s is refused', async (target) => {
  await expect(runVerify({ target, log })).rejects.toMatchObject({ code: 'bad_request' });
});

test.each([
  ['http://h/titles/abc/multivariant.m3u8?x=1', 'http://h/titles/abc/multivariant.m3u8?x=1'],
  ['http://h/titles/abc', 'http://h/titles/abc/multivariant.m3u8'],
  ['http://h/media/api/titles/abc/', 'http://h/media/titles/abc/multivariant.m3u8'],
  ['http://h/embed/abc', 'http://h/titles/abc/multivariant.m3u8'],
  ['http://h/films/out', 'http://h/films/out/multivariant.m3u8'],
])('%s means %s', (target, url) => {
  expect(multivariantUrlOf(target).href).toBe(url);
});
