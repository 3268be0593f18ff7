import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { convertToStream } from '../../pipeline/convert-to-stream.ts';
import { findKeyframeBefore } from '../../pipeline/ffmpeg/packet-index.ts';
import { probeSource } from '../../pipeline/ffmpeg/probe.ts';
import { planMissingChunks } from '../../pipeline/model/missing-chunks.ts';
import type { Plan } from '../../pipeline/model/plan.ts';
import { planTitle } from '../../pipeline/model/plan-title.ts';
import type { SourceInfo } from '../../pipeline/model/source-info.ts';
import type { Ticks } from '../../pipeline/model/time.ts';
import type { TitleRecord } from '../../pipeline/model/title.ts';
import { createSeekIndexes, type KeyframeBefore, readSeekIndex } from '../../pipeline/seek-indexes.ts';
import { createFsSegmentStore } from '../../pipeline/storage/fs-segment-store.ts';
import type { SegmentStore } from '../../pipeline/storage/segment-store.ts';
import { titleRecord } from '../conformance/fixtures.ts';
import { sampled } from '../thorough.ts';
import { decodedFrameTicks, makeClip } from './make-clip.ts';
import { findTools, silentLog as log, newHome, openHome, presentedTicks, processesNaming, SMALL_PLAN } from './title-home.ts';

let clips: string;

beforeAll(async () => {
  clips = await mkdtemp(join(tmpdir(), 'mr-clips-'));
});
afterAll(() => rm(clips, { recursive: true }));

/** A minute of MPEG-TS, which has no index, with B-frames and sound. */
async function makeStream(name: string, keyframeSeconds: number): Promise<string> {
  const path = join(clips, name);
  const sources = ['-f', 'lavfi', '-i', 'testsrc2=size=160x90:rate=10:duration=60', '-f', 'lavfi', '-i', 'sine=440:duration=60'];
  const video = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-bf',
    '2',
    '-g',
    String(Math.round(keyframeSeconds * 10)),
    '-sc_threshold',
    '0',
  ];
  await makeClip(...sources, ...video, '-c:a', 'aac', '-f', 'mpegts', path);
  return path;
}

async function planned(path: string) {
  const tools = await findTools();
  const info = await probeSource(path, { tools, log });
  const plan = planTitle({ titleId: 'film', revision: 0, info, settings: SMALL_PLAN, encoderFingerprint: tools.encoderFingerprint });
  const { source } = titleRecord('film');
  const title: TitleRecord = titleRecord('film', { sourceInfo: info, planRevision: 0, source: { ...source, path: 'film.ts' } });
  return { tools, info, plan, title };
}

/** Encodes a title in chunks of thirteen seconds, the last one first, and compares what comes out with the source. */
async function encodeBackwards(path: string, findKeyframe: (ticks: Ticks, info: SourceInfo) => Promise<Ticks | undefined>): Promise<void> {
  const { tools, info, plan, title } = await planned(path);
  const store = createFsSegmentStore({ root: join(await newHome(), 'streams') });
  await store.writeTitle(title);
  const committer = {
    commitInit: async (id: string, bytes: Uint8Array) => expect(await store.putInit('film', id, bytes)).not.toBe('conflict'),
    commitSegment: async (id: string, n: number, bytes: Uint8Array) => expect(await store.putSegment('film', id, n, bytes)).toBe('stored'),
  };
  for (const chunk of planMissingChunks(plan, new Map(), { maxSegments: 13 }).reverse()) {
    const keyframe = await findKeyframe(plan.originTicks + plan.timeline.boundaries[chunk.firstSegment]!, info);
    await convertToStream({ source: { path, info }, plan, chunk, keyframeBefore: () => keyframe }, committer, { tools, log });
  }
  await expectWhole(store, plan, path);
}

/** Every frame of the source at its own time, and a sound without a gap under it. */
async function expectWhole(store: SegmentStore, plan: Plan, path: string): Promise<void> {
  const frames = (await decodedFrameTicks(path)).map((ticks) => ticks - plan.originTicks);
  expect(await presentedTicks(store, 'film', 'v90')).toEqual(frames);
  const sound = await presentedTicks(store, 'film', 'a1');
  expect(sound).toEqual(sound.map((_, frame) => frame * 1024));
  expect(sound.length).toBeGreaterThanOrEqual((60 * plan.renditions.find(({ id }) => id === 'a1')!.timescale) / 1024);
}

describe('a minute of MPEG-TS, encoded from its end to its start', () => {
  // x264's own 250 frames are 10.4 s of film: longer than any guess, and just after a chunk's start now and then.
  test('has every frame at its time by its index', async () => {
    const path = await makeStream('film.ts', 10.4);
    const tools = await findTools();
    let keyframeBefore: KeyframeBefore | undefined;
    await encodeBackwards(path, async (ticks, info) => {
      keyframeBefore ??= await readSeekIndex(path, info, { tools, log });
      return keyframeBefore?.(ticks);
    });
  });

  test.each(sampled([2, 10.4, 25], 1))('has every frame at its time before there is one, keyframes %s s apart', async (keyframeSeconds) => {
    const path = await makeStream('film.ts', keyframeSeconds);
    const tools = await findTools();
    await encodeBackwards(path, (ticks, info) => findKeyframeBefore(path, { tools, log, stream: info.video!, ticks }));
  });
});

test('a title without an index is played anywhere at once, and completed', async () => {
  const path = await makeStream('film.ts', 10.4);
  const home = await openHome(await newHome(), { chunkSeconds: 13 });
  await home.addTitle(path, 'film');
  await home.preparer.prepare('film');
  expect(await home.waitForFile('film', 'v90', '52.m4s', new AbortController().signal)).toBe('ready');
  await home.titleIs('film', 'complete');
  await expectWhole(home.store, (await home.store.readPlan('film'))!, path);
  expect(home.events.some((event) => event.type === 'chunk' && event.state === 'failed')).toBe(false);
});

test('an index agrees with the packets around, and answers when the source is gone', async () => {
  const path = await makeStream('gone.ts', 10.4);
  const { tools, info, title } = await planned(path);
  const seekIndexes = createSeekIndexes({ mediaDir: clips, tools, log });
  onTestFinished(seekIndexes.close);
  const gone = { ...title, source: { ...title.source, path: 'gone.ts' } };
  const forever = new AbortController().signal;
  const places = [0, 5, 10.3, 10.5, 31, 59.9].map((seconds) => info.video!.firstFrameTicks + seconds * 90_000);
  const around = await Promise.all(places.map((ticks) => findKeyframeBefore(path, { tools, log, stream: info.video!, ticks })));
  expect(around.map((ticks) => (ticks! - info.video!.firstFrameTicks) / 90_000)).toEqual([0, 0, 0, 10.4, 20.8, 52]);
  await seekIndexes.keyframeBefore(gone, places[0]!, forever);
  await expect.poll(() => processesNaming(path), { timeout: 60_000 }).toEqual([]);
  await rm(path);
  const byIndex = () => Promise.all(places.map((ticks) => seekIndexes.keyframeBefore(gone, ticks, forever)));
  await expect.poll(byIndex, { timeout: 60_000 }).toEqual(around);
});

test('a container that finds its own way is not read', async () => {
  const path = join(clips, 'film.mkv');
  await makeClip('-i', await makeStream('film.ts', 2), '-c', 'copy', path);
  const { tools, title } = await planned(path);
  const seekIndexes = createSeekIndexes({ mediaDir: clips, tools, log });
  expect(await seekIndexes.keyframeBefore(title, 900_000, new AbortController().signal)).toBeUndefined();
  expect(await processesNaming(clips)).toEqual([]);
  await seekIndexes.close();
});

test('nobody waits for the index of an MP4: until it is read there is no answer', async () => {
  const path = join(clips, 'film.mp4');
  await makeClip('-i', await makeStream('film.ts', 2), '-c', 'copy', path);
  const { tools, info, title } = await planned(path);
  const seekIndexes = createSeekIndexes({ mediaDir: clips, tools, log });
  onTestFinished(seekIndexes.close);
  const film = { ...title, source: { ...title.source, path: 'film.mp4' } };
  const ask = () => seekIndexes.keyframeBefore(film, info.video!.firstFrameTicks + 30 * 90_000, new AbortController().signal);
  expect(await ask()).toBeUndefined();
  await expect.poll(ask, { timeout: 60_000 }).toBeGreaterThan(info.video!.firstFrameTicks + 29 * 90_000);
});

test('no source is read any more after its title was forgotten, or after the end', async () => {
  const { tools, title } = await planned(await makeStream('film.ts', 5));
  const seekIndexes = createSeekIndexes({ mediaDir: clips, tools, log });
  const ids = ['one', 'two', 'three'];
  for (const id of ids) await seekIndexes.keyframeBefore({ ...title, id }, 0, new AbortController().signal);
  await seekIndexes.forget('three');
  await seekIndexes.close();
  expect(await processesNaming(clips)).toEqual([]);
});
