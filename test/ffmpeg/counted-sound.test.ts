import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportStreams } from '../../pipeline/model/stream-report.ts';
import { CORPUS, hasCorpus } from '../corpus.ts';
import {
  convertAll,
  decodeSound,
  everySegment,
  type Prepared,
  prepare,
  renditionsOf,
  servedFrames,
  writeRendition,
} from './convert-harness.ts';
import { makeClip } from './make-clip.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-counted-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Ogg files one after the other, as recordings of radio are: each a tone of its own for a second and a half. */
async function makeChain(name: string, ...links: string[][]): Promise<string> {
  const chain = join(folder, name);
  for (const [index, options] of links.entries()) {
    const link = join(folder, `${index}-${name}`);
    // Streams of one chain have numbers of their own (RFC 3533 4).
    await makeClip('-f', 'lavfi', '-i', `sine=${300 + 200 * index}:d=1.5`, ...options, '-serial_offset', String(100 * index), link);
    await appendFile(chain, await readFile(link));
  }
  return chain;
}

/** How strong a tone is in a tenth of a second from there on, relative to all that is heard. */
function share(samples: Float32Array, rate: number, seconds: number, tone: number): number {
  let [re, im, all] = [0, 0, 0];
  for (let index = 0; index < rate / 10; index++) {
    const value = samples[(Math.round(seconds * rate) + index) * 2] ?? 0;
    re += value * Math.cos((2 * Math.PI * tone * index) / rate);
    im += value * Math.sin((2 * Math.PI * tone * index) / rate);
    all += value ** 2;
  }
  return (2 * (re ** 2 + im ** 2)) / (rate / 10) / (all + 1e-9);
}

async function hear(prepared: Prepared, cuts: number[]): Promise<{ samples: Float32Array; rate: number }> {
  const { plan } = prepared;
  const track = renditionsOf(plan, 'audio')[0]!;
  const committed = await convertAll(prepared, { cuts, renditionIds: [track.id] });
  servedFrames(plan, committed, track.id);
  const path = join(folder, 'served.mp4');
  await writeRendition(plan, committed, track.id, path);
  return { samples: await decodeSound(path), rate: track.timescale };
}

describe('chained Ogg', () => {
  test.each([
    ['Opus', ['-c:a', 'libopus'], 'chain.opus'],
    ['Vorbis', ['-c:a', 'libvorbis', '-ar', '44100', '-ac', '2'], 'chain.ogg'],
  ])('of %s is heard to the end of its last link, in whole and in chunks', async (_, options, name) => {
    const prepared = await prepare(await makeChain(name, options, options, options));
    expect(prepared.plan.timeline.boundaries.at(-1)! / 90_000).toBeCloseTo(4.5, 1);
    for (const cuts of [[], everySegment(prepared.plan)]) {
      const { samples, rate } = await hear(prepared, cuts);
      for (const [seconds, tone] of [
        [0.7, 300],
        [1.3, 300],
        [1.7, 500],
        [2.2, 500],
        [3.2, 700],
        [4.2, 700],
      ] as const) {
        expect(share(samples, rate, seconds, tone), `${tone} Hz at ${seconds} s`).toBeGreaterThan(0.9);
      }
    }
  });

  test('whose links differ plays its first, and the report tells of the others', async () => {
    const prepared = await prepare(
      await makeChain(
        'mixed.ogg',
        ['-c:a', 'libvorbis', '-ar', '44100'],
        ['-c:a', 'libvorbis', '-ar', '22050'],
        ['-c:a', 'libvorbis', '-ar', '44100'],
      ),
    );
    const { info } = prepared.source;
    expect(info.linksLeftOut).toBe(2);
    expect(reportStreams(info, { renditions: [] }).at(-1)?.reason).toContain('2 more recordings');
    const { samples, rate } = await hear(prepared, []);
    expect(share(samples, rate, 0.7, 300)).toBeGreaterThan(0.9);
  });
});

test.skipIf(!hasCorpus)('of chained pictures the report tells that others follow the first', async () => {
  const { source } = await prepare(join(CORPUS, 'ogv_chained.ogv'));
  expect(source.info.linksLeftOut).toBeGreaterThan(0);
  expect(reportStreams(source.info, { renditions: [] }).at(-1)?.codes).toEqual(['more-recordings']);
});

test('an ordinary Ogg keeps its times', async () => {
  const { source } = await prepare(await makeChain('single.opus', ['-c:a', 'libopus']));
  expect(source.info.audio[0]).not.toHaveProperty('isCounted');
  expect(source.info).not.toHaveProperty('linksLeftOut');
});

test.skipIf(!hasCorpus)('an AVI whose sound has a clock that hardly runs is heard, and not squeezed into a moment', async () => {
  const prepared = await prepare(join(CORPUS, 'avi_declared_length_huge.avi'));
  expect(prepared.source.info.audio[0]).toMatchObject({ isCounted: true, endTicks: 183_380 });
  const { samples, rate } = await hear(prepared, [1]);
  const energy = (from: number): number =>
    samples.slice(from * 2 * rate, (from + 0.2) * 2 * rate).reduce((sum, value) => sum + value ** 2, 0);
  expect([0.3, 0.9, 1.5].every((seconds) => energy(seconds) > 0.05)).toBe(true);
});

test.skipIf(!hasCorpus)('AMR of which five frames lie in each packet is heard whole, not a fifth of it', async () => {
  const prepared = await prepare(join(CORPUS, '3gp_sample.3gp'));
  expect(prepared.source.info.audio[0]).toMatchObject({ codec: 'amr_nb', isPacked: true });
  expect(reportStreams(prepared.source.info, { renditions: [] }).find(({ kind }) => kind === 'audio')?.codes).toContain('unpacked');
  const [raw, stereo] = [join(folder, 'sample.amr'), join(folder, 'sample.wav')];
  await makeClip('-i', join(CORPUS, '3gp_sample.3gp'), '-vn', '-c:a', 'copy', raw);
  await makeClip('-i', raw, '-af', 'pan=stereo|c0=c0|c1=c0', stereo);
  const loudness = (samples: Float32Array): number => Math.sqrt(samples.reduce((sum, value) => sum + value ** 2, 0));
  for (const cuts of [[], everySegment(prepared.plan)]) {
    const { samples, rate } = await hear(prepared, cuts);
    const whole = loudness(await decodeSound(stereo, rate));
    expect(whole).toBeGreaterThan(1);
    expect(Math.abs(loudness(samples) / whole - 1)).toBeLessThan(0.1);
  }
});

test.skipIf(!hasCorpus)('a lone sound whose clock runs six times too fast is heard without gaps', async () => {
  const { source } = await prepare(join(CORPUS, 'ax_sample_eac3.mp4'));
  expect(source.info.audio[0]).toMatchObject({ isCounted: true, endTicks: (54 * 256 * 90_000) / 48_000 });
  expect(source.info.audio[0]).not.toHaveProperty('isPacked');
});

test.skipIf(!hasCorpus).each(['3gp_amrnb.3gp', 'eac3_joc_atmos.mp4', 'ax_sample_eac3joc.ts', 'amr_nb.amr'])(
  '%s keeps its times',
  async (name) => {
    const { source } = await prepare(join(CORPUS, name));
    expect(source.info.audio[0]).not.toHaveProperty('isCounted');
  },
);
