import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { measureLoudness } from '../../pipeline/ffmpeg/measure-loudness.ts';
import type { Loudness } from '../../pipeline/model/ladder/loudness.ts';
import type { AudioRenditionPlan, Plan } from '../../pipeline/model/plan.ts';
import { normaliseLoudness } from '../../pipeline/normalise-loudness.ts';
import {
  convertAll,
  decodeSound,
  everySegment,
  log,
  type Prepared,
  prepare,
  renditionsOf,
  testTools,
  writeRendition,
} from './convert-harness.ts';
import { makeClip } from './make-clip.ts';

const TARGET_LUFS = -16;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-loudness-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function makeSound(name: string, expression: string, layout = 'stereo'): Promise<Prepared> {
  const path = join(folder, name);
  await makeClip('-f', 'lavfi', '-i', `aevalsrc='${expression}':c=${layout}:s=48000:d=6`, path);
  const prepared = await prepare(path);
  const plan = await normaliseLoudness(prepared.plan, { path }, TARGET_LUFS, { tools: await testTools(), log });
  return { ...prepared, plan };
}

/** Of the segments of a rendition, as a player hears them. */
async function servedLoudness(prepared: Prepared, track: AudioRenditionPlan, cuts: number[] = []): Promise<Loudness> {
  const served = join(folder, 'served.mp4');
  await writeRendition(prepared.plan, await convertAll(prepared, { cuts, renditionIds: [track.id] }), track.id, served);
  const { mix: _, ...asItIs } = { ...track, sourceStreamIndex: 0 };
  return (await measureLoudness({ path: served }, asItIs, { tools: await testTools(), log, timeoutMs: 60_000 }))!;
}

function tracksOf({ plan }: { plan: Plan }): AudioRenditionPlan[] {
  return renditionsOf(plan, 'audio');
}

describe('with a wanted loudness', () => {
  test('a quiet track is brought to it, in every division into chunks by the same gain', async () => {
    const quiet = await makeSound('quiet.wav', '0.02*sin(2*PI*440*t)|0.02*sin(2*PI*550*t)');
    const [track] = tracksOf(quiet);
    expect((await servedLoudness(quiet, track!)).integratedLufs).toBeCloseTo(TARGET_LUFS, 0);
    expect((await servedLoudness(quiet, track!, everySegment(quiet.plan))).integratedLufs).toBeCloseTo(TARGET_LUFS, 0);
    const samples = await decodeSound(join(folder, 'served.mp4'));
    const peakOf = (from: number): number =>
      samples.slice(from * 96_000, (from + 0.5) * 96_000).reduce((peak, x) => Math.max(peak, Math.abs(x)), 0);
    expect(peakOf(1.2) / peakOf(4.5)).toBeCloseTo(1, 1);
  });

  test('a track with high peaks is made as loud as they allow', async () => {
    const peaky = await makeSound('peaky.wav', 'if(lt(mod(t,1),0.01),0.7,0.01)*sin(2*PI*440*t)|0.01*sin(2*PI*440*t)');
    const { truePeak, integratedLufs } = await servedLoudness(peaky, tracksOf(peaky)[0]!);
    expect(integratedLufs).toBeLessThan(TARGET_LUFS - 3);
    expect(truePeak).toBeGreaterThan(0.8);
    expect(truePeak).toBeLessThanOrEqual(1);
  });

  test('5.1 is brought to it as stereo is', async () => {
    const tones = [330, 440, 550, 60, 770, 880].map((tone) => `0.05*sin(2*PI*${tone}*t)`).join('|');
    const film = await makeSound('surround.wav', tones, '5.1');
    for (const track of tracksOf(film)) expect((await servedLoudness(film, track)).integratedLufs).toBeCloseTo(TARGET_LUFS, 0);
  });
});

test('without one, or where nothing can be measured, the plan stays as it is', async () => {
  const path = join(folder, 'silent.wav');
  await makeClip('-f', 'lavfi', '-i', 'anullsrc=r=48000:d=1', path);
  const { plan } = await prepare(path);
  const environment = { tools: await testTools(), log };
  expect(await normaliseLoudness(plan, { path }, undefined, environment)).toBe(plan);
  expect(await normaliseLoudness(plan, { path: join(folder, 'gone.wav') }, TARGET_LUFS, environment)).toEqual(plan);
});
