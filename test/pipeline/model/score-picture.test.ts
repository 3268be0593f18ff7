import { describe, expect, test } from 'vitest';
import { scorePicture } from '../../../pipeline/model/score-picture.ts';

const WIDTH = 32;
const HEIGHT = 18;

function score(luma: (x: number, y: number) => number): number {
  const bytes = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, index) => luma(index % WIDTH, Math.floor(index / WIDTH)));
  return scorePicture(bytes, { width: WIDTH });
}

/** Blocks of many tones, from black to white. */
const scene = (x: number, y: number): number => 16 + ((Math.floor(x / 2) * 53 + Math.floor(y / 2) * 91) % 220);
const blurred = (x: number, y: number): number => {
  let sum = 0;
  for (let dx = -8; dx <= 8; dx++) sum += scene(Math.min(WIDTH - 1, Math.max(0, x + dx)), y);
  return sum / 17;
};

describe('a picture of many tones with sharp edges scores higher than', () => {
  test.each([
    ['black', () => 16],
    ['white', () => 235],
    ['one colour', () => 120],
    ['itself, faded to a fifth', (x: number, y: number) => 16 + (scene(x, y) - 16) / 5],
    ['itself, faded to white', (x: number, y: number) => 235 - (235 - scene(x, y)) / 5],
    ['itself, blurred', blurred],
    ['a line of text on black', (x: number, y: number) => (y === 9 && x % 2 === 0 ? 235 : 16)],
  ])('%s', (_, luma) => {
    expect(score(scene)).toBeGreaterThan(1.5 * score(luma));
  });
});

test('an even picture scores higher than black, and nothing scores nothing', () => {
  expect(score(() => 100)).toBeGreaterThan(score(() => 16));
  expect(score(() => 16)).toBe(0);
  expect(scorePicture(new Uint8Array(), { width: 32 })).toBe(0);
});
