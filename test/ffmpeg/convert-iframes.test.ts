import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyframeBefore, scanPackets } from '../../pipeline/ffmpeg/packet-index.ts';
import type { Plan, VideoRenditionPlan } from '../../pipeline/model/plan.ts';
import { BLOCK_SHARE, makeNumberedClip, NUMBER_BITS } from '../e2e/numbered-clip.ts';
import {
  type Committed,
  convertAll,
  everySegment,
  ffmpegOutput,
  log,
  type Prepared,
  prepare,
  renditionsOf,
  servedFrames,
  testTools,
  writeRendition,
} from './convert-harness.ts';
import { makeClip } from './make-clip.ts';

const RATE = 10;
/** Longer than what is decoded whole. */
const LONG_SECONDS = 46;
const SHORT_SECONDS = 11;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-iframes-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function film(name: string, seconds: number, videoArgs: string[]): Promise<Prepared> {
  const path = join(folder, name);
  await makeNumberedClip(path, { seconds, height: 180, frameRate: String(RATE), videoArgs });
  return prepare(path);
}

const iframesOf = ({ plan }: Prepared) => renditionsOf(plan, 'iframe')[0]!;

/** The numbers of the source's frames that are shown, one for each segment. */
async function shownNumbers(prepared: Prepared, committed: Committed): Promise<number[]> {
  const { id, width, height } = iframesOf(prepared);
  const path = join(folder, 'iframes.mp4');
  await writeRendition(prepared.plan, committed, id, path);
  const pixels = await ffmpegOutput('-i', path, '-fps_mode', 'passthrough', '-pix_fmt', 'gray', '-f', 'rawvideo', '-');
  const block = width * BLOCK_SHARE;
  return Array.from({ length: pixels.length / (width * height) }, (_, frame) => {
    const row = frame * width * height + Math.floor(block / 2) * width;
    const bits = Array.from({ length: NUMBER_BITS }, (_, bit) => (pixels[row + Math.floor((bit + 0.5) * block)]! > 128 ? 2 ** bit : 0));
    return bits.reduce((sum, value) => sum + value, 0);
  });
}

const startSeconds = ({ timeline }: Plan) => timeline.boundaries.slice(0, -1).map((ticks) => ticks / 90_000);

describe('the I-frames of a title', () => {
  test.each([
    ['MP4', 'film.mp4', []],
    ['MP4 with reordered frames', 'reordered.mp4', ['-bf', '2']],
    ['Matroska', 'film.mkv', []],
    ['MPEG-TS, whose clock begins late', 'film.ts', []],
  ])('are the keyframes at the starts of its segments, in one run and in many: %s', async (_name, name, args) => {
    const prepared = await film(name, LONG_SECONDS, ['-g', String(RATE), '-sc_threshold', '0', ...args]);
    const { plan, source } = prepared;
    const { id } = iframesOf(prepared);
    const expected = startSeconds(plan).map((seconds) => seconds * RATE);
    const index = await scanPackets(source.path, { tools: await testTools(), log, stream: source.info.video! });
    for (const cuts of [[], everySegment(plan)]) {
      const committed = await convertAll(prepared, { cuts, renditionIds: [id], keyframeBefore: (ticks) => keyframeBefore(index, ticks) });
      expect(servedFrames(plan, committed, id).map(({ ticks, isSync }) => [ticks, isSync])).toEqual(
        plan.timeline.boundaries.slice(0, -1).map((ticks) => [ticks, true]),
      );
      expect(await shownNumbers(prepared, committed)).toEqual(expected);
    }
  });

  test('of a short film with one keyframe are its own frames all the same', async () => {
    const prepared = await film('short.mp4', SHORT_SECONDS, ['-g', '10000', '-sc_threshold', '0']);
    for (const cuts of [[], everySegment(prepared.plan)]) {
      const committed = await convertAll(prepared, { cuts, renditionIds: [iframesOf(prepared).id] });
      expect(await shownNumbers(prepared, committed)).toEqual(startSeconds(prepared.plan).map((seconds) => seconds * RATE));
    }
  });

  test('between keyframes that lie far apart are the last one before, or one up to half a second behind', async () => {
    const prepared = await film('sparse.mp4', LONG_SECONDS, ['-g', '73', '-sc_threshold', '0']);
    const committed = await convertAll(prepared, { renditionIds: [iframesOf(prepared).id] });
    // Every 7.3 s.
    expect(await shownNumbers(prepared, committed)).toEqual([0, 0, 0, 0, 73, 73, 146, 146, 219, 219, 292, 365, 365, 438]);
  });

  test('of a long film whose only keyframe is not shown are made of all frames', async () => {
    const whole = await film('whole.mp4', LONG_SECONDS, ['-g', '10000', '-sc_threshold', '0']);
    const path = join(folder, 'hidden.mp4');
    await makeClip('-ss', '1', '-i', whole.source.path, '-c', 'copy', path);
    const prepared = await prepare(path);
    const committed = await convertAll(prepared, { renditionIds: [iframesOf(prepared).id] });
    expect(await shownNumbers(prepared, committed)).toEqual(startSeconds(prepared.plan).map((seconds) => (seconds + 1) * RATE));
  });

  test('stand beside pictures and sounds in one chunk', async () => {
    const prepared = await film('together.mp4', SHORT_SECONDS, []);
    const committed = await convertAll(prepared);
    for (const { id } of prepared.plan.renditions) expect(committed.has(`${id}/init`)).toBe(true);
    expect(iframesOf(prepared)).toMatchObject({ width: 320, height: 180 } satisfies Partial<VideoRenditionPlan>);
  });
});
