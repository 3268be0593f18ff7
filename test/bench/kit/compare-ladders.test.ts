import { expect, test } from 'vitest';
import { compareLadders, type MeasuredRung } from './compare-ladders.ts';

function rungs(...facts: [bitsPerSecond: number, ssim: number][]): MeasuredRung[] {
  return facts.map(([bitsPerSecond, ssim]) => ({ height: 0, crf: 0, bitsPerSecond, ssim }));
}

test('viewers get the cheapest rung that is as good as theirs was, and nothing counts above what is seen', () => {
  const compared = compareLadders(rungs([1000, 0.995], [500, 0.98], [200, 0.95]), rungs([450, 0.9855], [200, 0.95]), 0.985);
  expect(compared).toMatchObject({
    storedBefore: 1700,
    stored: 650,
    playedBefore: 1700,
    played: 1100,
    bestBefore: 1000,
    best: 450,
    shortfall: 0,
  });
});

test('where nothing is as good they get the best, and what they miss is told', () => {
  const { played, shortfall, ssim, ssimBefore } = compareLadders(rungs([1000, 0.97]), rungs([300, 0.94], [600, 0.96]), 0.985);
  expect(played).toBe(600);
  expect(shortfall).toBeCloseTo(0.01);
  expect(ssimBefore - ssim).toBeCloseTo(0.01);
});
