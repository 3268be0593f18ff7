import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseTrustedProxies } from '../../server/http/client-address.ts';
import { findProgram } from '../e2e/find-program.ts';
import { freePort } from '../free-port.ts';
import { addTitle, type RunningApp, send, startApp } from '../server/start-app.ts';

const nginx = findProgram('nginx');
const SEGMENT = '/titles/film/v360/0.m4s';
const HOST = { Host: 'films.example.org' };

describe.skipIf(nginx === undefined)('deploy/nginx.conf, run by nginx', () => {
  let app: RunningApp;
  let folder: string;
  let child: ChildProcess;
  let port: number;
  let finishWait = (): void => {};
  let asked: Promise<void>;

  beforeAll(async () => {
    let noteAsked = (): void => {};
    asked = new Promise((resolve) => (noteAsked = resolve));
    app = await startApp({
      isTrustedProxy: parseTrustedProxies(['loopback'])!,
      requestsPerAddress: 1,
      hostRules: { host: '127.0.0.1', allowedHosts: [], baseUrl: 'https://films.example.org' },
      waitForFile: () =>
        new Promise((resolve) => {
          finishWait = () => resolve('ready');
          noteAsked();
        }),
    });
    await addTitle(app.services, 'film');
    await app.services.store.putSegment('film', 'v360', 0, Buffer.from('0123456789'));
    folder = await mkdtemp(join(tmpdir(), 'millrace-nginx-'));
    port = await freePort();
    child = spawn(nginx!, ['-p', folder, '-c', await writeConfiguration(folder, port, app.port)], { stdio: ['ignore', 'ignore', 'pipe'] });
    // Its first word at this level: that it has opened its sockets.
    await once(child.stderr!, 'data');
  });
  afterAll(async () => {
    const ended = once(child, 'close');
    child.kill();
    await ended;
    await app.close();
    await rm(folder, { recursive: true });
  });

  test('media is passed on with its headers, kept, and answered in parts', async () => {
    const first = await send(port, SEGMENT, { headers: HOST });
    expect([first.status, first.text, first.headers['x-cache']]).toEqual([200, '0123456789', 'MISS']);
    expect(first.headers).toMatchObject({ 'content-type': 'video/iso.segment', 'access-control-allow-origin': '*' });
    const again = await send(port, SEGMENT, { headers: { ...HOST, Range: 'bytes=2-4' } });
    expect([again.status, again.text, again.headers['x-cache']]).toEqual([206, '234', 'HIT']);
  });

  test('playlists come compressed, and a client that has one is told so', async () => {
    const headers = { ...HOST, 'Accept-Encoding': 'gzip' };
    const playlist = await send(port, '/titles/film/multivariant.m3u8', { headers });
    expect([playlist.status, playlist.headers['content-encoding']]).toEqual([200, 'gzip']);
    const etag = playlist.headers.etag as string;
    expect((await send(port, '/titles/film/multivariant.m3u8', { headers: { ...headers, 'If-None-Match': etag } })).status).toBe(304);
  });

  test('the API answers under the public name, also to its pages, and under no other', async () => {
    expect((await send(port, '/api/titles', { headers: HOST })).status).toBe(200);
    expect((await send(port, '/api/titles', { headers: { Host: 'evil.example' } })).status).toBe(403);
    const headers = { ...HOST, Origin: 'https://films.example.org' };
    expect((await send(port, '/api/titles?name=', { method: 'PUT', headers, body: 'x' })).json).toMatchObject({ code: 'name_invalid' });
    expect((await send(port, '/api/titles?name=', { method: 'PUT', headers: { ...HOST, Origin: 'https://evil.example' } })).status).toBe(
      403,
    );
  });

  test('an upload that is larger than nginx likes by itself arrives', async () => {
    const body = Buffer.alloc(3_000_000, 'x');
    expect((await send(port, '/api/titles?name=film.mp4', { method: 'PUT', headers: HOST, body })).status).toBe(201);
  });

  test('events come at once', async () => {
    const req = request({ host: '127.0.0.1', port, path: '/api/events', headers: { ...HOST, 'X-Forwarded-For': '198.51.100.7' } }).end();
    const [res] = await once(req, 'response');
    await once(res, 'data');
    const next = once(res, 'data');
    app.services.bus.publish({ type: 'title-removed', titleId: 'other' });
    expect(String((await next)[0])).toContain('title-removed');
    req.destroy();
  });

  test('a segment that is not there is waited for', async () => {
    const answer = send(port, '/titles/film/v360/1.m4s', { headers: HOST });
    await asked;
    await app.services.store.putSegment('film', 'v360', 1, Buffer.from('later'));
    finishWait();
    expect(await answer).toMatchObject({ status: 200, text: 'later' });
  });
});

/** The file as it is, on free ports and in a folder of its own, with what stands around it in nginx.conf. */
async function writeConfiguration(folder: string, port: number, upstream: number): Promise<string> {
  const text = await readFile(new URL('../../deploy/nginx.conf', import.meta.url), 'utf8');
  const here = text
    .replace('127.0.0.1:3000', `127.0.0.1:${upstream}`)
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replace('/var/cache/nginx/millrace', join(folder, 'cache'));
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
  await mkdir(join(folder, 'cache'));
  const around = `daemon off; master_process off; pid ${folder}/pid; error_log stderr notice; events {}\nhttp { access_log off; ${paths}\n${here}}\n`;
  await writeFile(join(folder, 'nginx.conf'), around);
  return join(folder, 'nginx.conf');
}
