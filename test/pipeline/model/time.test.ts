import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rescale } from '../../../pipeline/model/time.ts';

/** Half away from zero, in integers of any size. */
function exactly(ticks: number, from: number, to: number): number {
  const doubled = 2n * BigInt(Math.abs(ticks)) * BigInt(to) + BigInt(from);
  return Math.sign(ticks) * Number(doubled / (2n * BigInt(from)));
}

test('rescaling is exact, for small numbers and for large ones', () => {
  const timescale = fc.integer({ min: 1, max: 10_000_000 });
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 45), max: 2 ** 45 }), timescale, timescale, (ticks, from, to) => {
      fc.pre(Math.abs(ticks) * (to / from) < Number.MAX_SAFE_INTEGER);
      expect(rescale(ticks, from, to) + 0).toBe(exactly(ticks, from, to) + 0);
    }),
  );
});

test.each([
  [1, 2, 1, 1],
  [-1, 2, 1, -1],
  [1, 3, 1, 0],
  [2 ** 52 - 1, 1001, 1001, 2 ** 52 - 1],
  [90_000 * 3600 * 48, 90_000, 48_000, 48_000 * 3600 * 48],
])('%d of 1/%d s are %d ticks', (ticks, from, to, expected) => {
  expect(rescale(ticks, from, to)).toBe(expected);
});
