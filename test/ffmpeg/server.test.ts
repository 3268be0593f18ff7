import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLog } from '../../pipeline/log.ts';
import type { TitleView } from '../../pipeline/model/title.ts';
import { runVerify } from '../../pipeline/verify/verify.ts';
import { loadSettings } from '../../server/config.ts';
import { type RunningServer, startServer } from '../../server/start-server.ts';
import { makeClip } from './make-clip.ts';

const log = createLog('silent');
let clips: string;
let clip: string;
let folder: string;
let servers: RunningServer[];

beforeAll(async () => {
  clips = await mkdtemp(join(tmpdir(), 'millrace-clips-'));
  clip = join(clips, 'film.mp4');
  const sources = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=20', '-f', 'lavfi', '-i', 'sine=440:duration=20'];
  await makeClip(...sources, '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', '-movflags', '+faststart', clip);
});
afterAll(() => rm(clips, { recursive: true }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-server-'));
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.close();
  await rm(folder, { recursive: true });
});

async function start(env: NodeJS.ProcessEnv = {}): Promise<RunningServer> {
  const server = await startServer(loadSettings({ env: { PORT: '0', SAMPLE: '0', ...env }, folder }), log);
  servers.push(server);
  return server;
}

async function stop(server: RunningServer): Promise<void> {
  servers.splice(servers.indexOf(server), 1);
  await server.close();
}

async function upload({ url }: RunningServer, path: string, name: string): Promise<TitleView> {
  const answer = await fetch(`${url}/api/titles?name=${encodeURIComponent(name)}`, { method: 'PUT', body: await readFile(path) });
  expect(answer.status).toBe(201);
  return (await answer.json()) as TitleView;
}

/** Resolves with the first list of titles that is as wanted, looking again at each event. */
async function waitForTitles({ url }: RunningServer, isWanted: (titles: TitleView[]) => boolean): Promise<TitleView[]> {
  const events = await fetch(`${url}/api/events`);
  const reader = events.body!.getReader();
  try {
    for (;;) {
      const { titles } = (await (await fetch(`${url}/api/titles`)).json()) as { titles: TitleView[] };
      if (isWanted(titles)) return titles;
      if ((await reader.read()).done) throw new Error('the server ended');
    }
  } finally {
    await reader.cancel();
  }
}

const isIn = (state: TitleView['state']) => (titles: TitleView[]) => titles.some((title) => title.state === state);

describe('a server on an empty media home', () => {
  test('plays an upload at any place at once, completes it, and breaks no MUST of HLS', async () => {
    const server = await start();
    const { id, playlistUrl } = await upload(server, clip, 'film.mp4');
    // At once: the playlist waits for the plan, the last segment for its encoder.
    const multivariant = await fetch(`${server.url}${playlistUrl}`);
    expect(multivariant.status).toBe(200);
    const playlist = await (await fetch(`${server.url}/titles/${id}/v180/media.m3u8`)).text();
    const last = playlist.match(/^\d+\.m4s$/gm)!.at(-1)!;
    const segment = await fetch(`${server.url}/titles/${id}/v180/${last}`);
    expect([segment.status, segment.headers.get('content-type')]).toEqual([200, 'video/iso.segment']);
    expect((await fetch(`${server.url}/titles/${id}/v180/init.mp4`)).status).toBe(200);
    expect((await fetch(`${server.url}/titles/${id}/v180/999.m4s`)).status).toBe(404);

    const [title] = await waitForTitles(server, isIn('complete'));
    expect(title).toMatchObject({ id, name: 'film', progress: 1, durationSeconds: expect.closeTo(20, 1) });
    expect(await runVerify({ target: `${server.url}${playlistUrl}`, log })).toMatchObject({ conforms: true });
  });

  test('plays a dropped file, and keeps a bad one with its reason', async () => {
    const server = await start();
    await writeFile(join(folder, 'notes.txt.mp4'), 'this is no film\n'.repeat(100));
    await copyFile(join(folder, 'notes.txt.mp4'), join(folder, 'media', 'inbox', 'notes.mp4'));
    await mkdir(join(folder, 'media', 'inbox', 'sub'));
    await copyFile(clip, join(folder, 'media', 'inbox', 'sub', 'film.mp4'));
    const titles = await waitForTitles(server, (all) => isIn('complete')(all) && isIn('failed')(all));
    expect(titles.find((title) => title.name === 'notes')).toMatchObject({
      error: { code: expect.stringMatching(/^source_/) },
      playlistUrl: null,
    });
    expect(await readdir(join(folder, 'media', 'failed'))).toEqual(['notes.mp4', 'notes.mp4.error.json']);
    expect(await readdir(join(folder, 'media', 'inbox'))).not.toContain('notes.mp4');
  });

  test('forgets a title that is deleted while it is encoded', async () => {
    const server = await start();
    const { id } = await upload(server, clip, 'film.mp4');
    await waitForTitles(server, ([title]) => (title?.progress ?? 0) > 0);
    expect((await fetch(`${server.url}/api/titles/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await fetch(`${server.url}/titles/${id}/v180/0.m4s`)).status).toBe(404);
    await stop(server);
    expect(await readdir(join(folder, 'media', 'streams'))).toEqual([]);
    expect(await readdir(join(folder, 'media', 'originals'))).toEqual([]);
  });
});

test('a server that was stopped goes on where it was, and encodes nothing twice', async () => {
  const first = await start();
  const { id } = await upload(first, clip, 'film.mp4');
  await waitForTitles(first, ([title]) => (title?.renditions[0]?.segmentsCommitted ?? 0) > 0);
  await stop(first);
  const rendition = join(folder, 'media', 'streams', id, 'v180');
  const written = async (names: string[]) => Promise.all(names.map(async (name) => (await stat(join(rendition, name))).mtimeMs));
  const names = (await readdir(rendition)).sort();
  const before = await written(names);

  const second = await start();
  await waitForTitles(second, isIn('complete'));
  expect(names.length).toBeGreaterThan(0);
  expect(await written(names)).toEqual(before);
});

test('a port that is taken, and a media home that is, end the start with a sentence', async () => {
  const server = await start();
  const { port } = new URL(server.url);
  await expect(start()).rejects.toMatchObject({ code: 'already_running', message: expect.stringContaining(server.url) });
  await expect(start({ PORT: port, MEDIA_DIR: 'other' })).rejects.toMatchObject({
    code: 'port_taken',
    message: expect.stringContaining(port),
  });
  expect(await readdir(folder)).toEqual(['media']);
});
