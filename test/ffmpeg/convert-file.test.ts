import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type ConvertFileOptions, convertFile } from '../../pipeline/convert-file.ts';
import { AppError } from '../../pipeline/errors.ts';
import { createFsSegmentStore } from '../../pipeline/storage/fs-segment-store.ts';
import { runVerify } from '../../pipeline/verify/verify.ts';
import { findTools, silentLog as log, makeFilm, newHome, processesNaming } from './title-home.ts';

let clips: string;
let film: string;
let other: string;

beforeAll(async () => {
  clips = await mkdtemp(join(tmpdir(), 'mr-clips-'));
  [film, other] = [join(clips, 'film.mp4'), join(clips, 'other.mp4')];
  await Promise.all([makeFilm(film, 12, 440), makeFilm(other, 12, 880)]);
});
afterAll(() => rm(clips, { recursive: true }));

async function convert(outDir: string, changes: Partial<ConvertFileOptions> = {}) {
  return convertFile({
    ...{ input: film, outDir, tools: await findTools(), log },
    openStore: (root) => createFsSegmentStore({ root }),
    plan: {
      ladder: { rungs: [90], preset: 'superfast', crf: 35 },
      timeline: { segmentSeconds: 2, rampSeconds: [], keyframeSeconds: 2 },
    },
    ...changes,
  });
}

/** Any web server: it knows nothing but files, and packs those that are text. */
async function serve(folder: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const types = { m3u8: 'application/vnd.apple.mpegurl', mp4: 'video/mp4', m4s: 'video/iso.segment' };
    const bytes = await readFile(join(folder, path)).catch(() => undefined);
    const type = types[path.split('.').at(-1) as keyof typeof types] ?? 'text/plain';
    const packed = bytes && path.endsWith('.m3u8') ? gzipSync(bytes) : undefined;
    const headers = { 'content-type': type, ...(packed ? { 'content-encoding': 'gzip' } : {}) };
    response.writeHead(bytes ? 200 : 404, headers).end(packed ?? bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('with a ladder that fits the picture, the folder has the rungs that it chose', async () => {
  const outDir = join(await newHome(), 'out');
  const timeline = { segmentSeconds: 4, rampSeconds: [], keyframeSeconds: 2 };
  const plan = { ladder: { rungs: [90, 60], preset: 'superfast' as const, crf: 20 }, timeline, isContentAware: true };
  const converted = await convert(outDir, { plan });
  expect(converted.plan.ladderFit?.kind).toBe('fitted');
  expect((await readdir(outDir)).sort()).toEqual([...converted.plan.renditions.map(({ id }) => id), 'multivariant.m3u8'].sort());
});

test('a file becomes a folder that any web server can serve, and nothing else is in it', async () => {
  const outDir = join(await newHome(), 'new', 'out');
  const told: number[] = [];
  const { playlistPath } = await convert(outDir, { onProgress: (progress) => told.push(progress) });
  expect(playlistPath).toBe(join(outDir, 'multivariant.m3u8'));
  expect(told).toEqual(Array.from({ length: 18 }, (_, index) => (index + 1) / 18));
  expect((await readdir(outDir)).sort()).toEqual(['a1', 'i90', 'multivariant.m3u8', 'v90']);
  expect((await readdir(join(outDir, 'v90'))).sort()).toEqual([
    '0.m4s',
    '1.m4s',
    '2.m4s',
    '3.m4s',
    '4.m4s',
    '5.m4s',
    'init.mp4',
    'media.m3u8',
  ]);
  expect(await runVerify({ target: `${await serve(outDir)}/multivariant.m3u8`, log })).toMatchObject({ conforms: true });
  expect(await runVerify({ target: outDir, log })).toMatchObject({ conforms: true });
});

test('a run that was interrupted goes on, and encodes nothing twice', async () => {
  const folder = await newHome();
  const outDir = join(folder, 'out');
  const stop = new AbortController();
  const interrupted = convert(outDir, { signal: stop.signal, onProgress: (progress) => progress > 0.5 && stop.abort() });
  await expect(interrupted).rejects.toMatchObject({ code: 'cancelled' });
  expect(await processesNaming(film)).toEqual([]);
  expect(await readdir(join(folder, 'tmp'))).toEqual([]);
  expect(await readdir(outDir)).toEqual(['.millrace']);
  const before = await segments(outDir, join('.millrace', 'title'));
  expect(before.size).toBeGreaterThan(0);

  const { playlistPath } = await convert(outDir);
  const after = await segments(outDir, '');
  expect(after.size).toBe(18);
  for (const [name, file] of before) expect([name, after.get(name)]).toEqual([name, file]);
  expect(await runVerify({ target: playlistPath, log })).toMatchObject({ conforms: true });
});

test('a folder whose I-frames cannot be made has none, and is whole', async () => {
  const outDir = join(await newHome(), 'out');
  const openStore: ConvertFileOptions['openStore'] = (root) => {
    const store = createFsSegmentStore({ root });
    return {
      ...store,
      async putSegment(titleId, renditionId, segment, bytes) {
        if (renditionId === 'i90' && segment === 3) throw new AppError('segment_invalid', 'Made to fail.');
        return store.putSegment(titleId, renditionId, segment, bytes);
      },
    };
  };
  const { playlistPath } = await convert(outDir, { openStore });
  expect((await readdir(outDir)).sort()).toEqual(['a1', 'multivariant.m3u8', 'v90']);
  expect(await readFile(playlistPath, 'utf8')).not.toContain('I-FRAME');
});

test('a run that was killed while it put the playlists in place goes on', async () => {
  const outDir = join(await newHome(), 'out');
  await convert(outDir);
  const before = await segments(outDir, '');
  // As if killed before the work folder, with what it holds of the title, was removed.
  const again = join(await newHome(), 'out');
  const stop = new AbortController();
  await convert(again, { signal: stop.signal, onProgress: () => stop.abort() }).catch(() => {});
  const work = join(again, '.millrace', 'title');
  await mkdir(join(outDir, '.millrace', 'title'), { recursive: true });
  for (const name of ['title.json', 'plan-0.json'])
    await writeFile(join(outDir, '.millrace', 'title', name), await readFile(join(work, name)));

  const { playlistPath } = await convert(outDir);
  expect((await readdir(outDir)).sort()).toEqual(['a1', 'i90', 'multivariant.m3u8', 'v90']);
  expect(await segments(outDir, '')).toEqual(before);
  expect(await runVerify({ target: playlistPath, log })).toMatchObject({ conforms: true });
});

describe('what is refused', () => {
  test('a folder with other things in it, which stay as they are', async () => {
    const outDir = join(await newHome(), 'out');
    await mkdir(outDir);
    await writeFile(join(outDir, 'letter.txt'), 'dear');
    await expect(convert(outDir)).rejects.toMatchObject({ code: 'bad_request', message: expect.stringContaining('not empty') });
    expect(await readdir(outDir)).toEqual(['letter.txt']);
  });

  test('a file where the folder would be', async () => {
    const outDir = join(await newHome(), 'out');
    await writeFile(outDir, 'dear');
    await expect(convert(outDir)).rejects.toMatchObject({ code: 'bad_request' });
    await expect(convert(join(outDir, 'below'))).rejects.toMatchObject({ code: 'bad_request' });
    expect(await readFile(outDir, 'utf8')).toBe('dear');
  });

  test('a folder that was begun with another file', async () => {
    const outDir = join(await newHome(), 'out');
    const stop = new AbortController();
    await convert(outDir, { signal: stop.signal, onProgress: () => stop.abort() }).catch(() => {});
    const refusal = convert(outDir, { input: other });
    await expect(refusal).rejects.toMatchObject({ code: 'bad_request', message: expect.stringContaining('film.mp4') });
    expect(await readdir(outDir)).toEqual(['.millrace']);
  });

  test('an input that is missing, empty, a folder or no film, leaving no folder', async () => {
    const folder = await newHome();
    const outDir = join(folder, 'out');
    await writeFile(join(folder, 'empty.mp4'), '');
    await writeFile(join(folder, 'notes.mp4'), 'this is no film\n'.repeat(100));
    await expect(convert(outDir, { input: join(folder, 'missing.mp4') })).rejects.toMatchObject({ code: 'source_missing' });
    await expect(convert(outDir, { input: join(folder, 'empty.mp4') })).rejects.toMatchObject({ code: 'source_empty' });
    await expect(convert(outDir, { input: folder })).rejects.toMatchObject({ code: 'source_unreadable' });
    await expect(stat(outDir)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(convert(outDir, { input: join(folder, 'notes.mp4') })).rejects.toMatchObject({ code: expect.stringMatching(/^source_/) });
    // It can be used for the next try.
    await convert(outDir);
  });
});

/** Inode and time of each segment below a folder. */
async function segments(outDir: string, below: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const id of ['v90', 'a1', 'i90']) {
    const folder = join(outDir, below, id);
    for (const name of await readdir(folder).catch(() => [])) {
      if (!name.endsWith('.m4s')) continue;
      const { ino, mtimeMs } = await stat(join(folder, name));
      files.set(`${id}/${name}`, `${ino} ${mtimeMs}`);
    }
  }
  return files;
}
