import { copyFile, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TitleView } from '../../pipeline/model/title.ts';
import { decodedFrameTicks } from '../ffmpeg/make-clip.ts';
import { canMount, mountSmallDisk, type SmallDisk } from '../small-disk.ts';
import { judgeTitles } from './crash/judge-titles.ts';
import { createStoreWitness, type StoreWitness } from './crash/store-witness.ts';
import { makeNumberedClip } from './numbered-clip.ts';
import { isComplete, type Millrace, startMillrace } from './start-millrace.ts';

let clips: string;
let film: string;
let folder: string;
let disk: SmallDisk | undefined;
let millrace: Millrace | undefined;

beforeAll(async () => {
  clips = await mkdtemp(join(tmpdir(), 'mr-faults-clips-'));
  film = join(clips, 'film.mp4');
  await makeNumberedClip(film, { seconds: 36, height: 360, frameRate: '25' });
  return () => rm(clips, { recursive: true });
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mr-faults-'));
});

afterEach(async () => {
  await millrace?.stop('SIGKILL');
  disk?.unmount();
  [disk, millrace] = [undefined, undefined];
  await rm(folder, { recursive: true });
});

/** A server with the film dropped into it, once it has begun to encode. */
async function startEncoding(
  isBegun: (title: TitleView) => boolean,
): Promise<{ server: Millrace; witness: StoreWitness; title: TitleView }> {
  const mediaDir = join(folder, 'media');
  const server = await startMillrace(mediaDir, { LADDER: '240,144', PRESET: 'superfast', CHUNK_SECONDS: '8' });
  millrace = server;
  const dropped = join(folder, 'film.mp4');
  await copyFile(film, dropped);
  await rename(dropped, join(mediaDir, 'inbox', 'film.mp4'));
  const title = await server.untilTitle(isBegun);
  return { server, witness: createStoreWitness(join(mediaDir, 'streams')), title };
}

async function makeStreamsDisk(size: string): Promise<SmallDisk> {
  const streams = join(folder, 'media/streams');
  await mkdir(streams, { recursive: true });
  disk = mountSmallDisk(size, streams);
  return disk;
}

/** It rests for that reason, and says so; what is there plays on. */
async function expectRest({ server, title, witness }: Awaited<ReturnType<typeof startEncoding>>, code: string): Promise<void> {
  await expect.poll(async () => (await server.fetchTitle(title.id)).problem?.code, { timeout: 60_000, interval: 50 }).toBe(code);
  const resting = await server.fetchTitle(title.id);
  expect([resting.state, resting.error]).toEqual(['playable', undefined]);
  expect(resting.progress).toBeLessThan(1);
  await witness.look();
  const [first] = resting.renditions;
  const answer = await fetch(`${server.url}/titles/${title.id}/${first?.id}/0.m4s`);
  expect(answer.status).toBe(200);
  await answer.arrayBuffer();
}

/** By itself, with nothing lost and nothing made again. */
async function expectComplete({ server, title, witness }: Awaited<ReturnType<typeof startEncoding>>): Promise<void> {
  const complete = await server.untilTitle(isComplete);
  expect([complete.id, complete.progress, complete.error, complete.problem]).toEqual([title.id, 1, undefined, undefined]);
  await witness.look(true);
  expect([witness.bad, witness.changed]).toEqual([[], []]);
  expect(await judgeTitles(server.mediaDir, [title.id], await decodedFrameTicks(film))).toEqual({ violations: [], inexact: [] });
  expect(await readdir(join(server.mediaDir, 'failed'))).toEqual([]);
  expect(await server.readLog()).not.toMatch(/encoded that was there already/);
}

const hasProgress = ({ progress }: TitleView) => progress > 0.2;

describe('the title rests and goes on by itself', () => {
  test.skipIf(!canMount)('when the disk is full, until there is space', async () => {
    const streams = await makeStreamsDisk('1m');
    const encoding = await startEncoding(hasProgress);
    await expectRest(encoding, 'disk_full');
    streams.remount('size=64m');
    await expectComplete(encoding);
  });

  test.skipIf(!canMount)('when the store becomes read-only, until it can be written', async () => {
    const streams = await makeStreamsDisk('64m');
    const encoding = await startEncoding(hasProgress);
    // Refused while a segment is being written.
    await expect.poll(() => tryRemount(streams), { timeout: 10_000, interval: 1 }).toBe(true);
    await expectRest(encoding, 'store_failed');
    streams.remount('rw');
    await expectComplete(encoding);
  });

  test('when its original is away, until it is put back', async () => {
    const encoding = await startEncoding(hasProgress);
    const [original, away] = [join(folder, 'media/originals', encoding.title.id), join(folder, 'away')];
    await rename(original, away);
    await expectRest(encoding, 'source_missing');
    await rename(away, original);
    await expectComplete(encoding);
  });
});

test.skipIf(!canMount)(
  'a server that is started while the store is read-only serves what is there, and goes on when it can write',
  async () => {
    const streams = await makeStreamsDisk('64m');
    const { server, witness, title } = await startEncoding(hasProgress);
    await server.stop('SIGKILL');
    streams.remount('ro');
    millrace = await startMillrace(server.mediaDir, { LADDER: '240,144', PRESET: 'superfast', CHUNK_SECONDS: '8' });
    const encoding = { server: millrace, witness, title };
    await expectRest(encoding, 'store_failed');
    streams.remount('rw');
    await expectComplete(encoding);
  },
);

function tryRemount(streams: SmallDisk): boolean {
  try {
    streams.remount('ro');
    return true;
  } catch {
    return false;
  }
}
