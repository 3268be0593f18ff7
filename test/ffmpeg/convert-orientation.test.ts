import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convertAll, prepare } from './convert-harness.ts';
import { colorDistance, decodeTopRung, pixelAt, type Rgb, writeDisplayMatrix } from './decode-pictures.ts';
import { makeClip } from './make-clip.ts';

const CORNERS: readonly { x: number; y: number; color: Rgb; name: string }[] = [
  { x: 0, y: 0, color: [220, 30, 30], name: 'red' },
  { x: 1, y: 0, color: [30, 180, 30], name: 'green' },
  { x: 0, y: 1, color: [30, 30, 220], name: 'blue' },
  { x: 1, y: 1, color: [220, 220, 220], name: 'white' },
];

let folder: string;
let original: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-orientation-'));
  original = join(folder, 'original.mp4');
  const sources = CORNERS.flatMap(({ color }) => {
    const hex = color.map((value) => value.toString(16).padStart(2, '0')).join('');
    return ['-f', 'lavfi', '-i', `color=0x${hex}:s=96x64:r=10:d=0.3`];
  });
  const quarters = '[0][1][2][3]xstack=inputs=4:layout=0_0|w0_0|0_h0|w0_h0,scale=out_color_matrix=bt709,format=yuv420p';
  await makeClip(...sources, '-filter_complex', quarters, '-c:v', 'libx264', '-colorspace', 'bt709', '-movflags', '+faststart', original);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test.each([
  ['upright', [1, 0, 0, 1]],
  ['a quarter turn', [0, 1, -1, 0]],
  ['a half turn', [-1, 0, 0, -1]],
  ['three quarters', [0, -1, 1, 0]],
  ['a mirror', [-1, 0, 0, 1]],
  ['upside down in a mirror', [1, 0, 0, -1]],
  ['rows and columns exchanged', [0, 1, 1, 0]],
  ['that, and a half turn', [0, -1, -1, 0]],
] as const)('a picture stands as its display matrix shows it: %s', async (title, matrix) => {
  const [a, b, c, d] = matrix;
  const path = join(folder, `${title}.mp4`);
  await copyFile(original, path);
  await writeDisplayMatrix(path, matrix);
  const prepared = await prepare(path);
  const pictures = await decodeTopRung(prepared, await convertAll(prepared), `${path}.out.mp4`);
  expect(pictures.width > pictures.height).toBe(a !== 0);
  // ISO/IEC 14496-12 8.5.2.3: what is at (x, y) is shown at (ax + cy, bx + dy), here about the middle.
  const places = CORNERS.map(({ x, y, name }) => {
    const [fromX, fromY] = [x - 0.5, y - 0.5];
    const seen = pixelAt(pictures, 0.5 + (a * fromX + c * fromY) / 2, 0.5 + (b * fromX + d * fromY) / 2);
    const nearest = CORNERS.toSorted((one, other) => colorDistance(one.color, seen) - colorDistance(other.color, seen))[0]!;
    expect(colorDistance(nearest.color, seen)).toBeLessThan(12);
    return [name, nearest.name];
  });
  expect(places).toEqual(CORNERS.map(({ name }) => [name, name]));
});
