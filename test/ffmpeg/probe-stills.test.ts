import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { probeSource } from '../../pipeline/ffmpeg/probe.ts';
import { log, testTools } from './convert-harness.ts';
import { makeClip } from './make-clip.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-stills-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const MOVEMENT = ['-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=5:d=1'];
const ONE = ['-frames:v', '1'];

async function probe(name: string, ...args: string[]): ReturnType<typeof probeSource> {
  const path = join(folder, name);
  await makeClip(...args, path);
  return probeSource(path, { tools: await testTools(), log });
}

describe('a picture that stands still is no title', () => {
  test.each(['a.png', 'a.jpg', 'a.bmp', 'a.tiff', 'a.webp', 'a.gif', 'a.jp2'])('%s', async (name) => {
    await expect(probe(name, ...MOVEMENT, ...ONE)).rejects.toMatchObject({ code: 'source_still' });
  });

  test('an animated PNG of one picture', async () => {
    await expect(probe('one.apng', ...MOVEMENT, ...ONE, '-f', 'apng')).rejects.toMatchObject({ code: 'source_still' });
  });
});

test.each([
  ['a GIF', 'moving.gif', []],
  ['an animated PNG', 'moving.png', ['-f', 'apng']],
])('%s that moves is a short film', async (_title, name, format) => {
  const { video } = await probe(name, ...MOVEMENT, ...format);
  expect((video!.endTicks - video!.firstFrameTicks) / 90_000).toBeCloseTo(1, 1);
});

describe('a sound with one picture is a sound with a cover, though nothing marks it as one', () => {
  test.each([
    ['mjpeg', 'song.mp4'],
    ['png', 'song.mov'],
    ['mjpeg', 'song.mkv'],
  ])('%s in %s', async (codec, name) => {
    const sound = ['-f', 'lavfi', '-i', 'sine=d=3', '-map', '1', '-map', '0'];
    const info = await probe(name, ...MOVEMENT, ...sound, ...ONE, '-c:v', codec, '-disposition:v', '0');
    expect(info.video).toBeUndefined();
    expect(info.audio).toHaveLength(1);
    expect(info.others).toMatchObject([{ kind: 'cover', codec }]);
    expect(info.others[0]).not.toHaveProperty('reason');
  });

  test('motion JPEG with sound is a film', async () => {
    const info = await probe('camera.avi', ...MOVEMENT, '-f', 'lavfi', '-i', 'sine=d=1', '-c:v', 'mjpeg');
    expect(info.video).toMatchObject({ codec: 'mjpeg' });
  });
});
