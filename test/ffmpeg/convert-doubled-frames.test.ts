import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CORPUS, hasCorpus } from '../corpus.ts';
import { convertAll, everySegment, prepare, renditionsOf, servedFrames } from './convert-harness.ts';
import { decodedFrameTicks, makeClip } from './make-clip.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-doubled-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Every rung, in whole and in chunks, has one frame at each of the source's times. */
async function expectOneFrameATime(path: string): Promise<void> {
  const [prepared, frames] = await Promise.all([prepare(path), decodedFrameTicks(path)]);
  const times = [...new Set(frames)].map((ticks) => ticks - prepared.plan.originTicks);
  expect(times.length).toBeLessThan(frames.length);
  for (const cuts of [[], everySegment(prepared.plan)]) {
    const committed = await convertAll(prepared, { cuts });
    for (const { id } of renditionsOf(prepared.plan, 'video')) {
      expect(
        servedFrames(prepared.plan, committed, id).map(({ ticks }) => ticks),
        id,
      ).toEqual(times);
    }
  }
}

test('of two frames at one time one is shown', async () => {
  const [even, doubled] = [join(folder, 'even.mkv'), join(folder, 'doubled.mkv')];
  await makeClip('-f', 'lavfi', '-i', 'testsrc2=s=256x144:r=25:d=4', '-c:v', 'mjpeg', even);
  // Milliseconds, as Matroska has them. No encoder takes such times.
  await makeClip('-i', even, '-c', 'copy', '-bsf:v', 'setts=ts=TS-40*eq(mod(N\\,10)\\,9)', doubled);
  await expectOneFrameATime(doubled);
});

test.skipIf(!hasCorpus).each(['ogv_chained.ogv', 'ax_sample_with_fake_auxiliary_tracks.mp4'])(
  '%s, too, whose first frames are doubled',
  async (name) => {
    await expectOneFrameATime(join(CORPUS, name));
  },
);
