import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_TIMELINE, keyframeTicks } from '../../../../pipeline/model/timeline/boundaries.ts';
import { followKeyframes } from '../../../../pipeline/model/timeline/follow-keyframes.ts';

const SECOND = 90_000;

function everySeconds(seconds: number, endSeconds: number): number[] {
  return Array.from({ length: Math.ceil(endSeconds / seconds) }, (_, index) => Math.round(index * seconds * SECOND));
}

const lengths = (boundaries: readonly number[]): number[] => boundaries.slice(1).map((end, index) => (end - boundaries[index]!) / SECOND);

test.each([
  ['a second apart: the ramp, then what is asked for', 1, [1, 1, 2, 4, 4, 4, 4]],
  ['two seconds apart', 2, [2, 2, 2, 4, 4, 4, 2]],
  ['two and a half: two of them would be too long', 2.5, [2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5]],
  ['five: as long as they are', 5, [5, 5, 5, 5]],
])('keyframes %s', (_, apart, expected) => {
  const timeline = followKeyframes(everySeconds(apart, 20), 20 * SECOND, DEFAULT_TIMELINE);
  expect(lengths(timeline!.boundaries)).toEqual(expected);
  expect(timeline?.targetDurationSeconds).toBe(Math.max(4, Math.round(apart)));
});

test('keyframes farther apart than half as long again as segments are no grid', () => {
  expect(followKeyframes(everySeconds(7, 28), 28 * SECOND, DEFAULT_TIMELINE)).toBeUndefined();
  expect(followKeyframes([0, SECOND], 12 * SECOND, DEFAULT_TIMELINE)).toBeUndefined();
});

test('an end of a few frames joins the segment before it', () => {
  const timeline = followKeyframes([...everySeconds(4, 16), 16 * SECOND], 16 * SECOND + 9_000, DEFAULT_TIMELINE);
  expect(timeline?.boundaries.slice(-2)).toEqual([12 * SECOND, 16 * SECOND + 9_000]);
  expect(timeline?.targetDurationSeconds).toBe(4);
});

test('whatever the keyframes: segments start at them, cover the title, and none is longer than the target allows', () => {
  const gaps = fc.array(fc.integer({ min: 1, max: 6 * SECOND }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(gaps, (lengthsOfGops) => {
      const keyframes = [0];
      for (const gap of lengthsOfGops) keyframes.push((keyframes.at(-1) as number) + gap);
      const endTicks = keyframes.pop() as number;
      const timeline = followKeyframes(keyframes, endTicks, DEFAULT_TIMELINE);
      if (!timeline) return;
      const { boundaries, targetDurationSeconds } = timeline;
      expect(boundaries[0]).toBe(0);
      expect(boundaries.at(-1)).toBe(endTicks);
      for (const boundary of boundaries.slice(0, -1)) expect(keyframes).toContain(boundary);
      for (const seconds of lengths(boundaries)) expect(Math.round(seconds)).toBeLessThanOrEqual(targetDurationSeconds);
      expect(lengths(boundaries).every((seconds) => seconds > 0)).toBe(true);
    }),
  );
});

test('between boundaries keyframes divide segments evenly', () => {
  const timeline = followKeyframes(everySeconds(5, 10), 10 * SECOND, DEFAULT_TIMELINE)!;
  expect(keyframeTicks(timeline, 0, 10 * SECOND)).toEqual([0, 150_000, 300_000, 450_000, 600_000, 750_000]);
  expect(keyframeTicks(timeline, 150_001, 600_000)).toEqual([300_000, 450_000]);
});
