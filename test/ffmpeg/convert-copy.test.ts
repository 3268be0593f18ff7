import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyframeTicks } from '../../pipeline/model/timeline/boundaries.ts';
import { segmentCount } from '../../pipeline/model/timeline/segments.ts';
import { sampled } from '../thorough.ts';
import {
  convertAll,
  decodeSound,
  everySegment,
  ffmpegOutput,
  type Prepared,
  prepare,
  renditionsOf,
  servedFrames,
  writeRendition,
} from './convert-harness.ts';
import { decodedFrameTicks, makeClip } from './make-clip.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-copy-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

interface ClipOptions {
  file: string;
  rate?: string;
  seconds?: number;
  sampleRate?: number;
  video?: string[];
  audio?: string[];
  /** The sound's own clock is put so much later. */
  delaySeconds?: number;
  soundSeconds?: number;
}

const BT709 = ['-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709', '-color_range', 'tv'];
const GOP_OF_ABOUT_A_SECOND = ['-g', '37', '-keyint_min', '20', '-bf', '3'];

/** What every browser plays: High, B-frames, closed GOPs, AAC-LC; keyframes on no grid of seconds. */
async function makeSource({ file, rate = '30000/1001', seconds = 11.3, sampleRate = 48_000, ...options }: ClipOptions): Promise<string> {
  const { video = GOP_OF_ABOUT_A_SECOND, audio = ['-c:a', 'aac', '-b:a', '96k'], delaySeconds = 0, soundSeconds = seconds } = options;
  const path = join(folder, file);
  const [picture, sound] = [`${path}.v.mp4`, `${path}.a.wav`];
  await makeClip(
    ...['-f', 'lavfi', '-i', `testsrc2=s=256x144:r=${rate}:d=${seconds}`, '-c:v', 'libx264', '-preset', 'superfast', '-crf', '28'],
    ...['-pix_fmt', 'yuv420p', ...BT709, ...video, picture],
  );
  const noise = `anoisesrc=d=${soundSeconds}:r=${sampleRate}:seed=7:a=0.3,lowpass=f=3000,aformat=channel_layouts=stereo`;
  await makeClip('-f', 'lavfi', '-i', noise, sound);
  const offset = delaySeconds === 0 ? [] : ['-itsoffset', String(delaySeconds)];
  await makeClip('-i', picture, ...offset, '-i', sound, '-map', '0:v', '-map', '1:a', '-c:v', 'copy', ...audio, path);
  return path;
}

const prepareCopied = (path: string): Promise<Prepared> => prepare(path, { copy: 'auto' });

/** Every decoded picture of a file, as its hash, in order of presentation. */
async function pictureHashes(path: string): Promise<string[]> {
  const output = await ffmpegOutput('-i', path, '-map', '0:v:0', '-fps_mode', 'passthrough', '-f', 'framemd5', '-');
  const lines = new TextDecoder().decode(output).split('\n');
  return lines.filter((line) => line.startsWith('0,')).map((line) => line.split(',').at(-1)?.trim() ?? '');
}

/** How many samples `served` lies behind `reference`, and how alike they are there (1: the same). */
function findLag(reference: Float32Array, served: Float32Array, around: number, most: number): { lag: number; likeness: number } {
  const length = 8_000;
  const left = (samples: Float32Array, index: number): number => samples[index * 2] ?? 0;
  let best = { lag: 0, likeness: -1 };
  for (let lag = -most; lag <= most; lag++) {
    let [product, own, other] = [0, 0, 0];
    for (let index = around; index < around + length; index++) {
      const [a, b] = [left(reference, index), left(served, index + lag)];
      product += a * b;
      own += a * a;
      other += b * b;
    }
    const likeness = product / Math.sqrt(own * other);
    if (likeness > best.likeness) best = { lag, likeness };
  }
  return best;
}

const FILMS = [
  { file: 'ntsc.mp4', rate: '30000/1001', sampleRate: 48_000 },
  { file: 'cinema.mp4', rate: '24000/1001', sampleRate: 44_100 },
  { file: 'pal.mov', rate: '25', sampleRate: 48_000 },
  { file: 'sixty.mp4', rate: '60', sampleRate: 44_100 },
];

describe.each(sampled(FILMS, 1, 3))('$file', (clip) => {
  let path: string;
  let prepared: Prepared;

  beforeAll(async () => {
    path = await makeSource(clip);
    prepared = await prepareCopied(path);
  });

  test('the copied rung has the source’s frames, to the tick and the bit, in three divisions', async () => {
    const { plan } = prepared;
    const [best, lower] = renditionsOf(plan, 'video');
    expect(best?.copied).toBeDefined();
    expect(lower?.copied).toBeUndefined();
    const frames = (await decodedFrameTicks(path)).map((ticks) => ticks - plan.originTicks);
    const divisions = await Promise.all(
      [[], everySegment(plan), [3]].map((cuts) => convertAll(prepared, { cuts, renditionIds: [best!.id] })),
    );
    const [whole, ...others] = divisions;
    for (const other of others) expect(other).toEqual(whole);
    expect(servedFrames(plan, whole!, best!.id).map(({ ticks }) => ticks)).toEqual(frames);
    const out = join(folder, `${clip.file}.copied.mp4`);
    await writeRendition(plan, whole!, best!.id, out);
    expect(await pictureHashes(out)).toEqual(await pictureHashes(path));
  });

  test('an encoded rung beside it has the same frames in the same segments, and keyframes where segments begin', async () => {
    const { plan } = prepared;
    const [best, lower] = renditionsOf(plan, 'video');
    const committed = await convertAll(prepared, { cuts: [2] });
    const copied = servedFrames(plan, committed, best!.id);
    const encoded = servedFrames(plan, committed, lower!.id);
    expect(encoded.map(({ ticks, segment }) => ({ ticks, segment }))).toEqual(copied.map(({ ticks, segment }) => ({ ticks, segment })));
    const planned = keyframeTicks(plan.timeline, 0, plan.timeline.boundaries.at(-1)!);
    const expected = planned.map((keyframe) => copied.find(({ ticks }) => ticks >= keyframe)?.ticks);
    expect(encoded.filter(({ isSync }) => isSync).map(({ ticks }) => ticks)).toEqual(expected);
    for (const boundary of plan.timeline.boundaries.slice(0, -1)) expect(copied.find(({ ticks }) => ticks === boundary)?.isSync).toBe(true);
  });

  test('the copied sound is heard when the encoded one is, to the sample', async () => {
    const encoded = await prepare(path);
    const sounds = await Promise.all(
      [prepared, encoded].map(async (each, index) => {
        const [track] = renditionsOf(each.plan, 'audio');
        const committed = await convertAll(each, { cuts: index === 0 ? everySegment(each.plan) : [], renditionIds: [track!.id] });
        const out = join(folder, `${clip.file}.${index}.sound.mp4`);
        await writeRendition(each.plan, committed, track!.id, out);
        return { samples: await decodeSound(out), track: track!, frames: servedFrames(each.plan, committed, track!.id) };
      }),
    );
    const [copy, reference] = sounds as [(typeof sounds)[0], (typeof sounds)[0]];
    expect(copy.track.copied).toBeDefined();
    const offset = copy.track.gridOffsetSamples ?? 0;
    for (const seconds of [1, 5, 10]) {
      const { lag, likeness } = findLag(reference.samples, copy.samples, seconds * clip.sampleRate, 1100);
      expect(likeness).toBeGreaterThan(0.9);
      expect(Math.abs(lag + offset)).toBeLessThanOrEqual(1);
    }
  });
});

test.each<ClipOptions & { what: string }>([
  { what: 'begins late', file: 'late.mp4', delaySeconds: 0.5 },
  { what: 'ends early', file: 'short.mp4', soundSeconds: 9 },
  { what: 'begins before the picture', file: 'early.mp4', delaySeconds: -0.3 },
  { what: 'goes on after the picture', file: 'long.mp4', soundSeconds: 11.7 },
])('sound that $what is copied, with silence where there is none', async ({ what: _, ...options }) => {
  const path = await makeSource(options);
  const [copied, encoded] = await Promise.all([prepareCopied(path), prepare(path)]);
  const sounds: Float32Array[] = [];
  for (const each of [encoded, copied]) {
    const [track] = renditionsOf(each.plan, 'audio');
    const committed = await convertAll(each, { cuts: everySegment(each.plan), renditionIds: [track!.id] });
    const out = join(folder, `${options.file}.sound.mp4`);
    await writeRendition(each.plan, committed, track!.id, out);
    servedFrames(each.plan, committed, track!.id);
    sounds.push(await decodeSound(out));
  }
  const [track] = renditionsOf(copied.plan, 'audio');
  expect(track?.copied).toBeDefined();
  const { lag, likeness } = findLag(sounds[0]!, sounds[1]!, 5 * 48_000, 1100);
  expect(likeness).toBeGreaterThan(0.9);
  expect(Math.abs(lag + (track?.gridOffsetSamples ?? 0))).toBeLessThanOrEqual(1);
  // Both last as long as the title, to a frame; within it, what is silent is silent.
  expect(Math.abs(sounds[1]!.length / 2 / 48_000 - copied.plan.timeline.boundaries.at(-1)! / 90_000)).toBeLessThan(2048 / 48_000);
  const loudness = (samples: Float32Array, seconds: number): number =>
    Math.max(...samples.subarray(seconds * 96_000, (seconds + 0.1) * 96_000).map(Math.abs));
  for (const seconds of [0.2, 10.5]) expect(loudness(sounds[1]!, seconds) > 0.01).toBe(loudness(sounds[0]!, seconds) > 0.01);
});

test.each([
  { what: 'open GOPs', file: 'open.mp4', video: ['-g', '30', '-bf', '3', '-x264-params', 'open-gop=1:bframes=3:b-adapt=0:scenecut=0'] },
  { what: 'keyframes too far apart', file: 'far.mp4', video: ['-g', '1000', '-sc_threshold', '0'] },
  {
    what: 'keyframes that decoders cannot start from',
    file: 'refresh.mp4',
    video: ['-g', '30', '-bf', '0', '-x264-params', 'intra-refresh=1'],
  },
])('a picture with $what is encoded, and its sound copied', async ({ file, video }) => {
  const { plan } = await prepareCopied(await makeSource({ file, video }));
  expect(renditionsOf(plan, 'video').every(({ copied }) => copied === undefined)).toBe(true);
  expect(renditionsOf(plan, 'audio')[0]?.copied).toBeDefined();
  expect(plan.notCopied?.map(({ code }) => code)).toEqual(['uncopied-keyframes']);
});

test('what is measured of the source is what its segments take', async () => {
  const prepared = await prepareCopied(await makeSource({ file: 'rates.mp4' }));
  const { plan } = prepared;
  const committed = await convertAll(prepared, { renditionIds: plan.renditions.filter(({ copied }) => copied).map(({ id }) => id) });
  for (const { id, copied } of plan.renditions.filter((rendition) => rendition.copied)) {
    const bytes = Array.from({ length: segmentCount(plan.timeline) }, (_, segment) => committed.get(`${id}/${segment}`)?.length ?? 0);
    const averageBps = (8 * bytes.reduce((sum, size) => sum + size, 0)) / (plan.timeline.boundaries.at(-1)! / 90_000);
    expect(Math.abs(averageBps - copied!.averageBps) / averageBps).toBeLessThan(0.01);
  }
});
