import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AudioRenditionPlan } from '../../pipeline/model/plan.ts';
import { convertAll, ffmpegOutput, prepare, renditionsOf, writeRendition } from './convert-harness.ts';
import { makeClip } from './make-clip.ts';

/** A tone of its own for each channel, in the order of 5.1 and 7.1; the fourth is the LFE. */
const TONES = [330, 440, 550, 60, 770, 880, 990, 1210];
const LEVEL = 0.5;
const RATE = 48_000;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-channels-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** How loud each tone is in each channel of a file, relative to the source's. */
async function toneLevels(path: string, channels: number): Promise<number[][]> {
  const bytes = await ffmpegOutput('-i', path, '-map', '0:a:0', '-f', 'f32le', '-');
  const samples = new Float32Array(Uint8Array.from(bytes).buffer);
  return Array.from({ length: channels }, (_, channel) => TONES.map((tone) => amplitude(samples, channel, channels, tone) / LEVEL));
}

/** Of one frequency, over half a second from a quarter on. */
function amplitude(samples: Float32Array, channel: number, channels: number, tone: number): number {
  let re = 0;
  let im = 0;
  const count = RATE / 2;
  for (let index = 0; index < count; index++) {
    const value = samples[(index + RATE / 4) * channels + channel] ?? 0;
    const angle = (2 * Math.PI * tone * index) / RATE;
    re += value * Math.cos(angle);
    im += value * Math.sin(angle);
  }
  return (2 * Math.hypot(re, im)) / count;
}

async function convertTones(layout: string, channels: number): Promise<{ tracks: AudioRenditionPlan[]; paths: string[] }> {
  const source = join(folder, `${layout}.wav`);
  const tones = TONES.slice(0, channels).map((tone) => `${LEVEL}*sin(2*PI*${tone}*t)`);
  await makeClip('-f', 'lavfi', '-i', `aevalsrc='${tones.join('|')}':c=${layout}:s=${RATE}:d=2.5`, '-c:a', 'pcm_s24le', source);
  const prepared = await prepare(source);
  const committed = await convertAll(prepared, { cuts: [1] });
  const tracks = renditionsOf(prepared.plan, 'audio');
  const paths = tracks.map(({ id }) => join(folder, `${layout}-${id}.mp4`));
  for (const [index, path] of paths.entries()) await writeRendition(prepared.plan, committed, tracks[index]!.id, path);
  return { tracks, paths };
}

describe.each(['5.1', '5.1(side)'])('a source of %s', (layout) => {
  let stereo: number[][];
  let surround: number[][];

  beforeAll(async () => {
    const { paths } = await convertTones(layout, 6);
    stereo = await toneLevels(paths[0]!, 2);
    surround = await toneLevels(paths[1]!, 6);
  });

  test('is heard in stereo with its centre on both sides, each surround on its own, and no LFE', () => {
    const side = 0.2928;
    const expected = [
      [0.4142, 0, side, 0, side, 0, 0, 0],
      [0, 0.4142, side, 0, 0, side, 0, 0],
    ];
    expected.forEach((row, channel) => {
      row.forEach((level, tone) => {
        expect(stereo[channel]![tone], `channel ${channel}, tone ${tone}`).toBeCloseTo(level, 1.7);
      });
    });
  });

  test('keeps every channel in its place as 5.1', () => {
    surround.forEach((row, channel) => {
      const loudest = row.indexOf(Math.max(...row));
      expect(loudest).toBe(channel);
      expect(row[channel]).toBeGreaterThan(0.9);
      expect(Math.max(...row.filter((_, tone) => tone !== channel))).toBeLessThan(0.05);
    });
  });
});

test('of 7.1 every channel but the LFE is heard in stereo, and back and side together in 5.1', async () => {
  const { tracks, paths } = await convertTones('7.1', 8);
  expect(tracks.map(({ id, channels }) => [id, channels])).toEqual([
    ['a1', 2],
    ['a1-surround', 6],
  ]);
  const [left, right] = await toneLevels(paths[0]!, 2);
  const heard = TONES.map((_, tone) => Math.max(left![tone]!, right![tone]!) > 0.15);
  expect(heard).toEqual([true, true, true, false, true, true, true, true]);
  const surround = await toneLevels(paths[1]!, 6);
  expect([surround[4]![4], surround[4]![6], surround[5]![5], surround[5]![7]].every((level) => level! > 0.45)).toBe(true);
});

test('one channel is heard on both sides, as loud as it was', async () => {
  const { paths } = await convertTones('mono', 1);
  const [left, right] = await toneLevels(paths[0]!, 2);
  expect(left![0]).toBeCloseTo(1, 1.5);
  expect(right![0]).toBeCloseTo(1, 1.5);
});
