import { readdir, readFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { receiveUpload, removeUploadLeftovers } from '../../../pipeline/ingest/receive-upload.ts';
import { type MediaHome, makeMediaHome } from './media-home.ts';

let home: MediaHome;
beforeEach(async () => {
  home = await makeMediaHome();
});
afterEach(() => home.remove());

const body = (...chunks: string[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
const uploadsLeft = () => readdir(join(home.mediaDir, '.uploads')).catch(() => []);

describe('an upload', () => {
  test('arrives as a file with all its bytes, under its checked name', async () => {
    const upload = await receiveUpload({
      body: body('he', 'llo'),
      name: '한국.mp4'.normalize('NFD'),
      contentLength: 5,
      mediaDir: home.mediaDir,
    });
    expect(upload.name).toBe('한국.mp4');
    expect(await readFile(upload.path, 'utf8')).toBe('hello');
    await upload.discard();
    expect(await uploadsLeft()).toEqual([]);
  });

  test('may have no length announced, and may be empty', async () => {
    const upload = await receiveUpload({ body: body(), name: 'x.mp4', mediaDir: home.mediaDir });
    expect(await readFile(upload.path, 'utf8')).toBe('');
  });

  test('is read no faster than it is written: memory stays bounded', async () => {
    let produced = 0;
    let mostAhead = 0;
    const chunk = Buffer.alloc(65_536, 1);
    const source = new Readable({
      highWaterMark: chunk.length,
      read() {
        mostAhead = Math.max(mostAhead, this.readableLength);
        this.push(++produced > 320 ? null : chunk);
      },
    });
    const upload = await receiveUpload({ body: source, name: 'x.mp4', contentLength: 320 * chunk.length, mediaDir: home.mediaDir });
    expect((await readFile(upload.path)).length).toBe(320 * chunk.length);
    expect(mostAhead).toBeLessThanOrEqual(2 * chunk.length);
  });
});

describe('an upload that fails leaves nothing', () => {
  const tryUpload = (upload: Partial<Parameters<typeof receiveUpload>[0]>) =>
    receiveUpload({ body: body('hello'), name: 'x.mp4', mediaDir: home.mediaDir, ...upload });

  test('with fewer bytes than announced', async () => {
    await expect(tryUpload({ contentLength: 6 })).rejects.toMatchObject({ code: 'upload_incomplete', retryable: true });
    expect(await uploadsLeft()).toEqual([]);
  });

  test('with a name that is a path, before a byte is read', async () => {
    const source = body('hello');
    await expect(tryUpload({ body: source, name: '../x.mp4' })).rejects.toMatchObject({ code: 'name_invalid' });
    expect(source.readableDidRead).toBe(false);
    expect(await home.files()).toEqual({});
  });

  test('announced too large, before a byte is read', async () => {
    const source = body('hello');
    await expect(tryUpload({ body: source, contentLength: 5, maxBytes: 4 })).rejects.toMatchObject({ code: 'upload_too_large' });
    expect(source.readableDidRead).toBe(false);
  });

  test('found too large on the way, with the stream left open for the answer', async () => {
    const source = body('hel', 'lo', 'and', 'more');
    await expect(tryUpload({ body: source, maxBytes: 4 })).rejects.toMatchObject({ code: 'upload_too_large' });
    expect(source.destroyed).toBe(false);
    expect(await uploadsLeft()).toEqual([]);
  });

  test('larger than the disk has room for', async () => {
    await expect(tryUpload({ contentLength: 2 ** 60 })).rejects.toMatchObject({ code: 'disk_full', retryable: true });
    expect(await uploadsLeft()).toEqual([]);
  });

  test('cut off by an error of the connection', async () => {
    const source = new Readable({ read() {} });
    source.push('hel');
    const upload = tryUpload({ body: source, contentLength: 5 });
    source.destroy(new Error('ECONNRESET'));
    await expect(upload).rejects.toMatchObject({ code: 'upload_incomplete' });
    expect(await uploadsLeft()).toEqual([]);
  });

  test('cancelled before it began, or while it was waiting for bytes', async () => {
    await expect(tryUpload({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    const controller = new AbortController();
    const waiting = new Readable({ read: () => queueMicrotask(() => controller.abort()) });
    await expect(tryUpload({ body: waiting, signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(await uploadsLeft()).toEqual([]);
  });
});

describe('over HTTP', () => {
  test('a client that goes away in the middle leaves nothing', async () => {
    let settle: (outcome: unknown) => void;
    const outcome = new Promise((resolve) => {
      settle = resolve;
    });
    const server = createServer((incoming) => {
      const contentLength = Number(incoming.headers['content-length']);
      receiveUpload({ body: incoming, name: 'x.mp4', contentLength, mediaDir: home.mediaDir }).then(settle, settle);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = request({ port, host: '127.0.0.1', method: 'PUT', headers: { 'content-length': 1_000_000 } });
    client.on('error', () => undefined);
    server.once('request', (incoming) => incoming.once('readable', () => client.destroy()));
    client.write(Buffer.alloc(100_000));
    expect(await outcome).toMatchObject({ code: 'upload_incomplete' });
    expect(await uploadsLeft()).toEqual([]);
    await new Promise((resolve) => server.close(resolve));
  });
});

test('what a kill left of uploads is removed at the next start', async () => {
  await home.write('.uploads/upload-abc/body', 'hel');
  await home.write('inbox/film.mp4', 'film');
  await removeUploadLeftovers(home.mediaDir);
  expect(await home.files()).toEqual({ 'inbox/film.mp4': 'film' });
  await removeUploadLeftovers(home.mediaDir);
});
