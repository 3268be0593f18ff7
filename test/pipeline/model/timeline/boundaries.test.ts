import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Timeline } from '../../../../pipeline/model/plan.ts';
import {
  closeTimeline,
  extendTimeline,
  keyframeTicks,
  openTimeline,
  planTimeline,
} from '../../../../pipeline/model/timeline/boundaries.ts';
import { segmentCount, segmentDurationSeconds } from '../../../../pipeline/model/timeline/segments.ts';

const SECOND = 90_000;

function seconds({ boundaries }: Pick<Timeline, 'boundaries'>): number[] {
  return boundaries.map((ticks) => ticks / SECOND);
}

/** What a title may be planned with: whole seconds, as the settings have them. */
const settings = fc.record({
  segmentSeconds: fc.integer({ min: 2, max: 10 }),
  rampSeconds: fc.constantFrom([], [1], [1, 1, 2], [2, 2], [1, 2]),
  keyframeSeconds: fc.constantFrom(1, 2),
});

describe('a closed timeline', () => {
  test.each([
    ['the ramp, then whole segments on the absolute grid', 13.3, [0, 1, 2, 4, 8, 12, 13.3]],
    ['a remainder of a few frames joins the segment before it', 12.3, [0, 1, 2, 4, 8, 12.3]],
    ['a remainder of half a second stands alone', 12.5, [0, 1, 2, 4, 8, 12, 12.5]],
    ['an end on the grid leaves no empty segment', 12, [0, 1, 2, 4, 8, 12]],
    ['an end within the ramp', 1.6, [0, 1, 1.6]],
    ['less than the first segment', 0.04, [0, 0.04]],
    ['a remainder after the first segment of the ramp joins it', 1.1, [0, 1.1]],
  ])('%s', (_, end, expected) => {
    expect(seconds(planTimeline(Math.round(end * SECOND)))).toEqual(expected);
  });

  test('a segment length that the ramp does not fill goes on at its next multiple', () => {
    const timeline = planTimeline(17 * SECOND, { segmentSeconds: 5, rampSeconds: [1, 1, 2], keyframeSeconds: 2 });
    expect(seconds(timeline)).toEqual([0, 1, 2, 4, 5, 10, 15, 17]);
  });

  test('a ramp stops before an entry that is longer than a segment', () => {
    const timeline = planTimeline(7 * SECOND, { segmentSeconds: 2, rampSeconds: [1, 3], keyframeSeconds: 2 });
    expect(seconds(timeline)).toEqual([0, 1, 2, 4, 6, 7]);
  });

  test.each([0, -1, 0.5, Number.NaN, 2 ** 53])('cannot end at %d', (endTicks) => {
    expect(() => planTimeline(endTicks)).toThrow(RangeError);
  });

  test('boundaries ascend from 0 to the end and every duration adds up', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40_000 * SECOND }), settings, (endTicks, chosen) => {
        const { boundaries, ended } = planTimeline(endTicks, chosen);
        expect(ended).toBe(true);
        expect(boundaries[0]).toBe(0);
        expect(boundaries.at(-1)).toBe(endTicks);
        expect(boundaries.every((ticks, index) => index === 0 || ticks > (boundaries[index - 1] as number))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('a longer title has the same boundaries as a shorter one, but for the last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 * SECOND }), fc.integer({ min: 1, max: 100 * SECOND }), settings, (a, b, chosen) => {
        const shorter = planTimeline(Math.min(a, b), chosen).boundaries.slice(0, -1);
        expect(planTimeline(Math.max(a, b), chosen).boundaries.slice(0, shorter.length)).toEqual(shorter);
      }),
    );
  });

  test('no rounded duration exceeds the target duration, in picture or sound (rfc8216bis 4.4.3.1)', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.integer({ min: 1, max: 100 * SECOND }),
          fc.integer({ min: 0, max: 30 }).map((n) => Math.round((n + 0.49) * SECOND) - 1),
        ),
        settings,
        fc.constantFrom(44_100, 48_000),
        (endTicks, chosen, sampleRate) => {
          const timeline = planTimeline(Math.max(1, endTicks), chosen);
          const audio = { kind: 'audio', timescale: sampleRate, frameSamples: 1024 } as const;
          const video = { kind: 'video', timescale: SECOND } as const;
          for (let segment = 0; segment < segmentCount(timeline); segment++) {
            for (const rendition of [audio, video]) {
              const duration = segmentDurationSeconds(timeline, rendition, segment);
              expect(Math.round(duration)).toBeLessThanOrEqual(timeline.targetDurationSeconds);
              expect(duration).toBeGreaterThan(0);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('an open timeline', () => {
  test('starts without a segment and grows by whole ones only', () => {
    const open = openTimeline();
    expect(segmentCount(open)).toBe(0);
    expect(seconds(extendTimeline(open, 3.9 * SECOND))).toEqual([0, 1, 2]);
    expect(seconds(extendTimeline(open, 4 * SECOND))).toEqual([0, 1, 2, 4]);
    expect(extendTimeline(open, 0.5 * SECOND)).toBe(open);
  });

  test('never moves a boundary, however it grows, and closes at its true end', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 * SECOND }), { maxLength: 6 }), settings, (steps, chosen) => {
        let timeline = openTimeline(chosen);
        let known = 0;
        for (const step of steps) {
          known += step;
          const grown = extendTimeline(timeline, known, chosen);
          expect(grown.boundaries.slice(0, timeline.boundaries.length)).toEqual(timeline.boundaries);
          timeline = grown;
        }
        const endTicks = known + SECOND;
        const closed = closeTimeline(extendTimeline(timeline, endTicks, chosen), endTicks);
        expect(closed.ended).toBe(true);
        const planned = planTimeline(endTicks, chosen).boundaries;
        expect(closed.boundaries.filter((ticks) => planned.includes(ticks))).toEqual(planned);
        expect(closed.boundaries.at(-1)).toBe(endTicks);
      }),
    );
  });

  test('closes where it stands when nothing came after its last boundary', () => {
    const closed = closeTimeline(extendTimeline(openTimeline(), 4 * SECOND), 4 * SECOND);
    expect(seconds(closed)).toEqual([0, 1, 2, 4]);
    expect(closed.ended).toBe(true);
  });
});

describe('keyframes', () => {
  test('stand at every boundary and at every multiple of the interval', () => {
    const timeline = planTimeline(17 * SECOND, { segmentSeconds: 5, rampSeconds: [1], keyframeSeconds: 2 });
    const all = keyframeTicks(timeline, 0, 17 * SECOND).map((ticks) => ticks / SECOND);
    expect(all).toEqual([0, 1, 2, 4, 5, 6, 8, 10, 12, 14, 15, 16]);
  });

  test('are those at or after the start and before the end', () => {
    const timeline = planTimeline(20 * SECOND);
    expect(keyframeTicks(timeline, 4 * SECOND, 8 * SECOND)).toEqual([4 * SECOND, 6 * SECOND]);
    expect(keyframeTicks(timeline, 4 * SECOND + 1, 8 * SECOND + 1)).toEqual([6 * SECOND, 8 * SECOND]);
    expect(keyframeTicks(timeline, 5 * SECOND, 5.5 * SECOND)).toEqual([]);
  });
});
