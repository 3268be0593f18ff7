import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampled } from '../thorough.ts';
import {
  type Committed,
  convertAll,
  decodeBrightness,
  decodeSound,
  everySegment,
  type Prepared,
  peakIndex,
  prepare,
  renditionsOf,
  servedFrames,
  writeRendition,
} from './convert-harness.ts';
import { decodedFrameTicks, makeClip } from './make-clip.ts';

const SECOND = 90_000;
const PICTURE = ['-c:v', 'libx264', '-preset', 'superfast', '-pix_fmt', 'yuv420p', '-g', '77', '-bf', '3', '-fps_mode', 'passthrough'];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-gaps-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** In one chunk, in a chunk of every segment, and cut once in the middle. */
async function convertInThreeDivisions(prepared: Prepared, renditionIds?: string[]): Promise<Committed[]> {
  const divisions = [[], everySegment(prepared.plan), [4]];
  return Promise.all(divisions.map((cuts) => convertAll(prepared, { cuts, ...(renditionIds ? { renditionIds } : {}) })));
}

describe('a picture with holes', () => {
  const HOLES: { what: string; file: string; seconds: number; rate?: string; kept?: string; repeats: number[] }[] = [
    {
      what: 'seven seconds are missing: the frame before them stands at every planned keyframe',
      file: 'hole.mkv',
      seconds: 17,
      kept: 'not(between(t,5.02,12.3))',
      repeats: [6, 8, 10, 12],
    },
    { what: 'the same from MP4', file: 'hole.mp4', seconds: 17, kept: 'not(between(t,5.02,12.3))', repeats: [6, 8, 10, 12] },
    {
      what: 'a hole of a little more than a keyframe interval lies across a boundary',
      file: 'across.mkv',
      seconds: 14,
      kept: 'not(between(t,7.1,9.2))',
      repeats: [8],
    },
    {
      what: 'a hole of less than a keyframe interval lies across a boundary',
      file: 'short.mkv',
      seconds: 14,
      kept: 'not(between(t,7.1,8.9))',
      repeats: [],
    },
    { what: 'a segment of the ramp would be empty', file: 'ramp.mp4', seconds: 9, kept: 'not(between(t,0.9,2.1))', repeats: [1] },
    {
      what: 'thirty seconds are missing, more than is looked ahead',
      file: 'long.mp4',
      seconds: 40,
      kept: 'not(between(t,5.02,35.3))',
      repeats: Array.from({ length: 15 }, (_, index) => 6 + index * 2),
    },
    { what: 'a slide show: one frame every three seconds', file: 'slides.mp4', seconds: 15, rate: '1/3', repeats: [1, 2, 4, 8, 10, 14] },
    { what: 'a picture of 2.4 frames a second has no hole', file: 'slow.mp4', seconds: 13, rate: '12/5', repeats: [] },
  ];

  test.each(sampled(HOLES, 0, 2))('$what', async ({ file, seconds, rate = '25', kept = '1', repeats }) => {
    const path = join(folder, file);
    const picture = `testsrc2=s=256x144:r=${rate}:d=${seconds},fade=t=in:d=${seconds}`;
    await makeClip('-f', 'lavfi', '-i', picture, '-vf', `select='${kept}',setparams=colorspace=bt709`, ...PICTURE, path);
    const [prepared, frames] = await Promise.all([prepare(path), decodedFrameTicks(path)]);
    const { plan } = prepared;
    const shown = frames.map((ticks) => ticks - plan.originTicks);
    const expected = [...shown, ...repeats.map((at) => at * SECOND)].sort((a, b) => a - b);
    const [whole, ...others] = await convertInThreeDivisions(prepared);
    for (const rung of renditionsOf(plan, 'video')) {
      const served = servedFrames(plan, whole!, rung.id);
      expect(served.map(({ ticks }) => ticks)).toEqual(expected);
      expect(served.filter(({ ticks, isSync }) => repeats.includes(ticks / SECOND) && !isSync)).toEqual([]);
      for (const other of others) expect(servedFrames(plan, other, rung.id)).toEqual(served);
    }
    await expectRepeated(prepared, others[0]!, shown, expected);
  });

  /** What stands in looks like the frame before the hole: the picture grows brighter all the time. */
  async function expectRepeated({ source, plan }: Prepared, committed: Committed, shown: number[], expected: number[]): Promise<void> {
    const [rung] = renditionsOf(plan, 'video');
    const out = `${source.path}.served.mp4`;
    await writeRendition(plan, committed, rung!.id, out);
    const [original, served] = await Promise.all([decodeBrightness(source.path), decodeBrightness(out)]);
    expect(served.length).toBe(expected.length);
    expected.forEach((ticks, index) => {
      const before = shown.findLastIndex((time) => time <= ticks);
      expect(Math.abs(served[index]! - original[before]!), `the frame at ${ticks}`).toBeLessThanOrEqual(3);
    });
  }
});

/** Of stereo samples at 48 kHz, between two places in seconds. */
function loudest(samples: Float32Array, from: number, to: number): number {
  return samples.subarray(from * 96_000, to * 96_000).reduce((loud, sample) => Math.max(loud, Math.abs(sample)), 0);
}

describe('a sound that does not fill its picture', () => {
  /** A click at 9 s and a tone, wherever there is sound. */
  const SOUND = '0.05*sin(2*PI*440*t)+0.9*between(t,9,9.0003)';

  const SOUNDS: { what: string; file: string; filter: string; silent: [number, number][] }[] = [
    { what: 'it starts a second and a half late', file: 'late.mp4', filter: "aselect='gte(t,1.5)'", silent: [[0, 1.4]] },
    { what: 'it starts late, in a transport stream', file: 'late.ts', filter: "aselect='gte(t,1.5)'", silent: [[0, 1.4]] },
    { what: 'it ends early', file: 'early.mp4', filter: "aselect='lt(t,9.6)'", silent: [[9.8, 13]] },
    { what: 'it ends early, in Matroska', file: 'early.mkv', filter: "aselect='lt(t,9.6)'", silent: [[9.8, 13]] },
    { what: 'it has a hole', file: 'hole.mp4', filter: "aselect='not(between(t,4.5,7.5))'", silent: [[4.6, 7.4]] },
    { what: 'it has a hole, in Matroska', file: 'hole.mkv', filter: "aselect='not(between(t,4.5,7.5))'", silent: [[4.6, 7.4]] },
  ];

  test.each(sampled(SOUNDS, 1, 3))('$what: silence stands in, and what is heard keeps its place', async ({ file, filter, silent }) => {
    const path = join(folder, `sound-${file}`);
    await makeClip(
      ...['-f', 'lavfi', '-i', 'testsrc2=s=256x144:r=25:d=13', '-f', 'lavfi', '-i', `aevalsrc='${SOUND}':s=48000:d=13`],
      ...[...PICTURE, '-af', filter, '-c:a', 'aac', '-ac', '2', path],
    );
    const prepared = await prepare(path);
    const { plan } = prepared;
    const [track] = renditionsOf(plan, 'audio');
    const divisions = await convertInThreeDivisions(prepared, [track!.id]);
    for (const committed of divisions) {
      const served = servedFrames(plan, committed, track!.id);
      expect(served.every(({ ticks }, index) => ticks === index * track!.frameSamples)).toBe(true);
    }
    const out = `${path}.served.mp4`;
    await writeRendition(plan, divisions[1]!, track!.id, out);
    const samples = await decodeSound(out);
    expect(Math.abs((peakIndex(samples) >> 1) - 9 * 48_000)).toBeLessThanOrEqual(48);
    for (const [from, to] of silent) {
      expect(loudest(samples, from, to)).toBeLessThan(0.002);
    }
    expect(loudest(samples, 2, 3)).toBeGreaterThan(0.03);
  });

  test.each(sampled(['mp4', 'mkv'], 0))(
    'the picture ends five seconds before the sound (%s): its last frame stands at each keyframe to the end',
    async (container) => {
      const path = join(folder, `stands.${container}`);
      await makeClip(
        ...['-f', 'lavfi', '-i', 'testsrc2=s=256x144:r=25:d=8.4', '-f', 'lavfi', '-i', `aevalsrc='${SOUND}':s=48000:d=13.4`],
        ...[...PICTURE, '-c:a', 'aac', '-ac', '2', path],
      );
      const [prepared, frames] = await Promise.all([prepare(path), decodedFrameTicks(path)]);
      const { plan } = prepared;
      const expected = [...frames.map((ticks) => ticks - plan.originTicks), 10 * SECOND, 12 * SECOND];
      for (const committed of await convertInThreeDivisions(prepared)) {
        for (const rung of renditionsOf(plan, 'video')) {
          const served = servedFrames(plan, committed, rung.id);
          expect(served.map(({ ticks }) => ticks)).toEqual(expected);
          expect(served.slice(-2).every(({ isSync }) => isSync)).toBe(true);
        }
      }
    },
  );
});

test('of a damaged stretch, which packets promise and no decoder gives, the frame before it stands still', async () => {
  const path = join(folder, 'damaged.mp4');
  await makeClip(...['-f', 'lavfi', '-i', 'testsrc2=s=256x144:r=25:d=17', ...PICTURE, '-g', '25', '-movflags', '+faststart', path]);
  const { size } = await stat(path);
  const file = await open(path, 'r+');
  await file.write(new Uint8Array(Math.round(size * 0.4)), 0, null, Math.round(size * 0.45));
  await file.close();
  const prepared = await prepare(path);
  // In one, in two, and in so many that some have no picture at all.
  for (const cuts of [[], [3], everySegment(prepared.plan)]) {
    const committed = await convertAll(prepared, { cuts });
    const [rung] = renditionsOf(prepared.plan, 'video');
    const served = servedFrames(prepared.plan, committed, rung!.id);
    expect(served[0]?.ticks).toBe(0);
    expect(served.filter(({ ticks }) => ticks < 5 * SECOND)).toHaveLength(125);
    const stands = served.map(({ ticks }) => ticks);
    expect(Math.max(...stands.slice(1).map((ticks, index) => ticks - stands[index]!))).toBeLessThanOrEqual(2 * SECOND);
  }
});
