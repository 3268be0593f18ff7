import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convertFile } from '../../pipeline/convert-file.ts';
import { readMovieBox } from '../../pipeline/ffmpeg/read-movie-box.ts';
import type { PlanSettings } from '../../pipeline/model/plan-title.ts';
import { createFsSegmentStore } from '../../pipeline/storage/fs-segment-store.ts';
import { runVerify } from '../../pipeline/verify/verify.ts';
import { makeClip } from './make-clip.ts';
import { findTools, silentLog as log, newHome, type OpenHome, openHome } from './title-home.ts';

const COPYING: PlanSettings = {
  ladder: { rungs: [180, 120], preset: 'superfast', crf: 30 },
  timeline: { segmentSeconds: 1, rampSeconds: [], keyframeSeconds: 1 },
  copy: 'auto',
};

let clips: string;
let film: string;
let lying: string;

beforeAll(async () => {
  clips = await mkdtemp(join(tmpdir(), 'mr-clips-'));
  [film, lying] = [join(clips, 'film.mp4'), join(clips, 'lying.mp4')];
  await makeCopyable(film);
  await makeCopyable(lying);
  await moveKeyframe(lying, 4);
});
afterAll(() => rm(clips, { recursive: true }));

/** Twelve seconds at 10 frames a second, a keyframe every half second, no B-frames. */
async function makeCopyable(path: string): Promise<void> {
  await makeClip(
    ...['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=10:d=12', '-f', 'lavfi', '-i', 'sine=440:r=48000:d=12'],
    ...['-c:v', 'libx264', '-preset', 'superfast', '-crf', '28', '-pix_fmt', 'yuv420p', '-bf', '0', '-g', '5', '-sc_threshold', '0'],
    ...['-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709', '-color_range', 'tv'],
    ...['-c:a', 'aac', '-b:a', '96k', '-ac', '2', path],
  );
}

/** The table of keyframes says of one of them that it is the frame after it, which no decoder can start from. */
async function moveKeyframe(path: string, keyframe: number): Promise<void> {
  const movie = Buffer.from((await readMovieBox(path))!);
  const file = await open(path, 'r+');
  try {
    const whole = await file.readFile();
    const table = whole.indexOf(movie) + movie.indexOf('stss') + 12;
    const entry = Buffer.alloc(4);
    entry.writeUInt32BE(whole.readUInt32BE(table + 4 * keyframe) + 1);
    await file.write(entry, 0, 4, table + 4 * keyframe);
  } finally {
    await file.close();
  }
}

async function complete(home: OpenHome, clip: string): Promise<void> {
  await home.addTitle(clip, 'film');
  await home.preparer.prepare('film');
  await home.titleIs('film', 'complete');
}

test('a title is copied by a run of its own, keeps every rule, and its report says so', async () => {
  const home = await openHome(await newHome(), { plan: COPYING, chunkSeconds: 60 });
  await complete(home, film);
  const plan = await home.store.readPlan('film');
  expect(plan?.renditions.map(({ id, copied }) => [id, copied !== undefined])).toEqual([
    ['v180', true],
    ['v120', false],
    ['a1', true],
    ['i180', false],
  ]);
  const brought = home.events.flatMap((event) => (event.type === 'segment' ? [`${event.renditionId} ${event.cause}`] : []));
  expect(new Set(brought)).toEqual(new Set(['v180 first', 'a1 first', 'v180 copy', 'a1 copy', 'i180 background', 'v120 background']));
  expect(home.putTwice).toEqual([]);
  const record = await home.store.readTitle('film');
  expect(record?.report.map(({ kind, outcome, codes }) => `${kind} ${outcome} ${codes?.join(' ')}`)).toEqual([
    'video converted copied encoded',
    'audio carried copied',
  ]);
  expect(await runVerify({ target: 'film', store: home.store, log })).toMatchObject({ conforms: true });
});

test('where copying turns out to be impossible, a new revision encodes the picture, and what the old one had stays', async () => {
  const home = await openHome(await newHome(), { plan: COPYING, chunkSeconds: 60 });
  await complete(home, lying);
  expect((await home.store.readPlan('film', 0))?.renditions[0]?.copied).toBeDefined();
  const plan = await home.store.readPlan('film');
  expect(plan?.renditions.map(({ id, copied }) => [id, copied !== undefined])).toEqual([
    ['v180-r1', false],
    ['v120-r1', false],
    ['a1-r1', true],
    ['i180-r1', false],
  ]);
  expect(home.events.filter((event) => event.type === 'plan').map((event) => event.revision)).toEqual([0, 1]);
  expect(home.events.filter((event) => event.type === 'title' && event.state === 'failed')).toEqual([]);
  // What was copied before the place stands, and an encoded rung of the old revision plays on.
  expect((await home.store.listSegments('film', 'v180')).map(({ segment }) => segment)).toContain(0);
  expect(await home.waitForFile('film', 'v120', '5.m4s', AbortSignal.timeout(60_000))).toBe('ready');
  const record = await home.store.readTitle('film');
  expect(record).toMatchObject({ planRevision: 1, isCopyRefused: true });
  expect(record?.report.find(({ kind }) => kind === 'video')?.codes).toEqual(['encoded', 'uncopied-keyframes']);
  expect(await runVerify({ target: 'film', store: home.store, log })).toMatchObject({ conforms: true });
});

test('a folder is made of such a file all the same', async () => {
  const outDir = join(await newHome(), 'out');
  const openStore = (root: string) => createFsSegmentStore({ root });
  const { plan } = await convertFile({ input: lying, outDir, openStore, tools: await findTools(), plan: COPYING, log });
  expect(plan.renditions[0]).not.toHaveProperty('copied');
  expect(await runVerify({ target: outDir, log })).toMatchObject({ conforms: true });
});

test('a viewer is given any copied segment at once, with nothing in the background', async () => {
  const home = await openHome(await newHome(), { plan: COPYING, isBackgroundOff: true });
  await home.addTitle(film, 'film');
  await home.preparer.prepare('film');
  expect(await home.waitForFile('film', 'v180', '7.m4s', AbortSignal.timeout(60_000))).toBe('ready');
  expect((await home.store.listSegments('film', 'v180')).map(({ segment }) => segment)).toContain(7);
  expect((await home.store.listSegments('film', 'v180')).map(({ segment }) => segment)).not.toContain(0);
});
