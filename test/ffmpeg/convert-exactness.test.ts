import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyframeBefore, scanPackets } from '../../pipeline/ffmpeg/packet-index.ts';
import { keyframeTicks } from '../../pipeline/model/timeline/boundaries.ts';
import { sampled } from '../thorough.ts';
import {
  type Committed,
  convertAll,
  decodeBrightness,
  decodeSound,
  everySegment,
  log,
  type Prepared,
  peakIndex,
  prepare,
  renditionsOf,
  servedFrames,
  testTools,
  writeRendition,
} from './convert-harness.ts';
import { decodedFrameTicks, makeClip } from './make-clip.ts';

/** A click of 0.3 ms: AAC keeps its place to a sample or two. */
const CLICK_AT_SECONDS = 5.3;
const FLASH_AT_SECONDS = 6.7;
const JITTER = 'PTS+floor(random(1)*2400)';
/** The last frame of each second comes one tick before the next second. */
const ONE_TICK_EARLY = 'PTS+2999*eq(mod(N,30),29)';

const RATES = [
  { name: '23.976 fps', rate: '24000/1001', sampleRate: 48_000 },
  { name: '25 fps', rate: '25', sampleRate: 44_100 },
  { name: '29.97 fps', rate: '30000/1001', sampleRate: 48_000 },
  { name: '50 fps', rate: '50', sampleRate: 44_100 },
  { name: '59.94 fps', rate: '60000/1001', sampleRate: 48_000 },
  { name: 'a jittered variable rate', rate: '30', pts: JITTER, sampleRate: 44_100 },
];
const CONTAINERS = ['mp4', 'mkv', 'ts'];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-exactness-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

interface ClipOptions {
  rate: string;
  sampleRate: number;
  seconds: number;
  /** At 90 kHz. */
  pts?: string;
}

/** B-frames and GOPs of 77 frames, which no grid agrees with; a flash in the picture and a click in the sound. */
async function makeSource(path: string, { rate, sampleRate, seconds, pts = 'PTS' }: ClipOptions): Promise<void> {
  const flash = `drawbox=color=white:t=fill:enable='between(t,${FLASH_AT_SECONDS},${FLASH_AT_SECONDS}+0.9/(${rate}))'`;
  const click = `0.02*sin(2*PI*440*t)+0.9*between(t,${CLICK_AT_SECONDS},${CLICK_AT_SECONDS}+0.0003)`;
  await makeClip(
    ...['-f', 'lavfi', '-i', `testsrc2=s=256x144:r=${rate}:d=${seconds},eq=brightness=-0.3`],
    ...['-f', 'lavfi', '-i', `aevalsrc='${click}':s=${sampleRate}:d=${seconds}`],
    ...['-vf', `${flash},settb=1/90000,setpts='${pts}'`, '-fps_mode', 'passthrough', '-enc_time_base', '1:90000'],
    ...['-c:v', 'libx264', '-preset', 'superfast', '-pix_fmt', 'yuv420p', '-g', '77', '-bf', '3'],
    ...['-c:a', 'aac', '-ac', '2', '-video_track_timescale', '90000', path],
  );
}

/** Every rung has exactly the source's frames, at their times from title time zero, in the segments and keyframes planned. */
function expectExactPicture({ source, plan }: Prepared, committed: Committed, frames: number[]): void {
  const expected = frames.map((ticks) => ticks - plan.originTicks);
  const planned = keyframeTicks(plan.timeline, 0, plan.timeline.boundaries.at(-1) as number);
  const keyframes = planned.map((keyframe) => expected.find((ticks) => ticks >= keyframe)).filter((ticks) => ticks !== undefined);
  const rungs = renditionsOf(plan, 'video');
  expect(rungs).toHaveLength(2);
  for (const rung of rungs) {
    const served = servedFrames(plan, committed, rung.id);
    expect(
      served.map(({ ticks }) => ticks),
      `${source.path} ${rung.id}`,
    ).toEqual(expected);
    expect(served.filter(({ isSync }) => isSync).map(({ ticks }) => ticks)).toEqual([...new Set(keyframes)]);
  }
}

/** The sound is whole codec frames from zero to the end, without a seam: servedFrames says so. */
function expectWholeSound({ plan }: Prepared, committed: Committed): void {
  for (const track of renditionsOf(plan, 'audio')) {
    const served = servedFrames(plan, committed, track.id);
    expect(served.every(({ ticks, isSync }, index) => isSync && ticks === index * track.frameSamples)).toBe(true);
  }
}

/** The flash is on the source's frame, and the click as far from it as in the source. */
async function expectSameOrigin({ source, plan }: Prepared, committed: Committed, frames: number[]): Promise<void> {
  const { video, audio } = source.info;
  const [rung] = renditionsOf(plan, 'video');
  const [track] = renditionsOf(plan, 'audio');
  if (!video || !audio[0] || !rung || !track) throw new Error('The clip lost a stream');
  const out = join(folder, `${plan.titleId}-${source.path.split('/').at(-1)}`);
  const pathOf = (id: string): string => `${out}.${id}.mp4`;
  await Promise.all([rung, track].map(({ id }) => writeRendition(plan, committed, id, pathOf(id))));

  const flash = peakIndex(await decodeBrightness(source.path));
  expect(peakIndex(await decodeBrightness(pathOf(rung.id)))).toBe(flash);
  expect(servedFrames(plan, committed, rung.id)[flash]?.ticks).toBe(frames[flash]! - plan.originTicks);
  expect(Math.abs(frames[flash]! - plan.originTicks - FLASH_AT_SECONDS * 90_000)).toBeLessThan(6000);

  const click = peakIndex(await decodeSound(source.path)) >> 1;
  const servedClick = peakIndex(await decodeSound(pathOf(track.id))) >> 1;
  const clickInTitle = ((audio[0].startTicks - plan.originTicks) * track.timescale) / 90_000 + click;
  expect(Math.abs(servedClick - clickInTitle)).toBeLessThanOrEqual(2);
}

describe.each<{ name: string; rate: string; sampleRate: number; pts?: string; index: number }>(
  RATES.map((rate, index) => ({ ...rate, index })),
)('$name', ({ name, index, ...clip }) => {
  let original: string;

  beforeAll(async () => {
    original = join(folder, `${name}.mp4`);
    await makeSource(original, { ...clip, seconds: 10.3 });
  });

  test.each(sampled(CONTAINERS, index))('from %s: the source’s frames and sound, to the tick, in three divisions', async (container) => {
    const path = original.replace(/mp4$/, container);
    if (path !== original) await makeClip('-i', original, '-c', 'copy', path);
    const [prepared, frames] = await Promise.all([prepare(path), decodedFrameTicks(path)]);
    expect(prepared.source.info.video).toMatchObject({ firstFrameTicks: frames[0], lastFrameTicks: frames.at(-1) });
    const divisions = await Promise.all([[], everySegment(prepared.plan), [3]].map((cuts) => convertAll(prepared, { cuts })));
    for (const committed of divisions) {
      expectExactPicture(prepared, committed, frames);
      expectWholeSound(prepared, committed);
    }
    await expectSameOrigin(prepared, divisions[1] as Committed, frames);
  });
});

test('a transport stream long enough to be entered ten seconds early, or at the keyframes of its packet index', async () => {
  const path = join(folder, 'long.ts');
  await makeSource(path, { rate: '30000/1001', sampleRate: 48_000, seconds: 30 });
  const [prepared, frames] = await Promise.all([prepare(path), decodedFrameTicks(path)]);
  const index = await scanPackets(path, { tools: await testTools(), log, stream: prepared.source.info.video! });
  const cuts = everySegment(prepared.plan);
  const divisions = await Promise.all([
    convertAll(prepared, { cuts }),
    convertAll(prepared, { cuts, keyframeBefore: (ticks) => keyframeBefore(index, ticks) }),
  ]);
  for (const committed of divisions) {
    expectExactPicture(prepared, committed, frames);
    expectWholeSound(prepared, committed);
  }
});

test('a frame that stands one tick before a boundary belongs to the segment before it, and the one on it starts the next', async () => {
  const path = join(folder, 'one-tick.mp4');
  await makeSource(path, { rate: '30', sampleRate: 48_000, seconds: 9, pts: ONE_TICK_EARLY });
  const [prepared, frames] = await Promise.all([prepare(path), decodedFrameTicks(path)]);
  expect(frames).toContain(prepared.plan.originTicks + 4 * 90_000 - 1);
  for (const cuts of [[], everySegment(prepared.plan)]) {
    expectExactPicture(prepared, await convertAll(prepared, { cuts }), frames);
  }
});
