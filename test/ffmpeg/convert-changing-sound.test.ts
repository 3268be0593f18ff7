import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convertAll, decodeSound, everySegment, prepare, renditionsOf, servedFrames, writeRendition } from './convert-harness.ts';
import { makeClip } from './make-clip.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-changes-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** A tone in stretches of three seconds, each encoded with other options, one after the other in a transport stream. */
async function makeChangingSound(name: string, codec: string, ...stretches: string[][]): Promise<string> {
  const joined = join(folder, `${name}.${codec}`);
  for (const [index, options] of stretches.entries()) {
    const part = join(folder, `${name}-${index}.${codec}`);
    await makeClip('-f', 'lavfi', '-i', 'sine=440:d=3', ...options, part);
    await appendFile(joined, await readFile(part));
  }
  const path = join(folder, `${name}.ts`);
  await makeClip('-i', joined, '-c', 'copy', path);
  return path;
}

/** Milliseconds of the longest stretch without a tone, from a tenth of a second on. */
function longestSilence(samples: Float32Array, rate: number): number {
  let longest = 0;
  let silent = 0;
  for (let index = rate / 5; index < samples.length - rate / 10; index += 2) {
    silent = Math.abs(samples[index] as number) < 0.002 ? silent + 1 : 0;
    longest = Math.max(longest, silent);
  }
  return (longest / rate) * 1000;
}

test.each([
  [
    'stereo, then 5.1',
    [
      ['-ac', '2'],
      ['-ac', '6'],
    ],
    45,
  ],
  [
    '5.1, then stereo',
    [
      ['-ac', '6'],
      ['-ac', '2'],
    ],
    45,
  ],
  // ffmpeg 5.1 gives some of the first frames at another rate a time that is counted in the old one.
  [
    '48 kHz, then 44.1 kHz',
    [
      ['-ar', '48000'],
      ['-ar', '44100'],
    ],
    200,
  ],
])('sound that is %s goes on over the change, however it is divided', async (name, stretches, mostSilenceMs) => {
  const prepared = await prepare(await makeChangingSound(name.replaceAll(/\W+/g, '-'), 'ac3', ...stretches));
  const { plan } = prepared;
  for (const cuts of [[], everySegment(plan)]) {
    const committed = await convertAll(prepared, { cuts });
    for (const { id, timescale } of renditionsOf(plan, 'audio')) {
      servedFrames(plan, committed, id);
      const path = join(folder, 'served.mp4');
      await writeRendition(plan, committed, id, path);
      const samples = await decodeSound(path, timescale);
      expect(samples.length / 2 / timescale, id).toBeGreaterThan(5.9);
      // What the two encoders begin and end with is not sound either.
      expect(longestSilence(samples, timescale), id).toBeLessThan(mostSilenceMs);
    }
  }
});
