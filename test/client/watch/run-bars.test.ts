import { expect, test } from 'vitest';
import { runBars } from '../../../client/src/watch/run-bars.ts';

const grid = (segments: number) => Array.from({ length: segments + 1 }, (_, index) => index * 360_000);

test('each run is a bar where its time is', () => {
  expect(
    runBars(
      [
        [0, 1],
        [2, 4],
      ],
      grid(4),
    ),
  ).toBe('M0 0h250v1h-250zM500 0h500v1h-500z');
});

test('a single segment of a film of two hours can be seen, and the last one lies within', () => {
  expect(runBars([[900, 901]], grid(1_800))).toBe('M500 0h3v1h-3z');
  expect(runBars([[1_799, 1_800]], grid(1_800))).toBe('M997 0h3v1h-3z');
});

test('nothing is drawn before there is a plan, nor for nothing', () => {
  expect(runBars([[0, 1]], [])).toBe('');
  expect(runBars([], grid(4))).toBe('');
});
