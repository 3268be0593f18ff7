import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignTiming, TimingError } from '../../../../pipeline/model/mp4/timing.ts';

/** Decode times and durations, as a player adds them up. */
function decode(presentation: number[], start: number, end: number): { at: number[]; durations: number[] } {
  const timing = assignTiming(presentation, start, end);
  let ticks = start;
  const at = timing.map(({ durationTicks }) => (ticks += durationTicks) - durationTicks);
  return { at, durations: timing.map(({ durationTicks }) => durationTicks) };
}

describe('decode times', () => {
  test.each<{ what: string; presentation: number[]; start?: number; end: number; at: number[] }>([
    { what: 'are the presentation times where nothing is reordered', presentation: [0, 30, 60, 90], end: 120, at: [0, 30, 60, 90] },
    { what: 'spread a tie back evenly: I P B B', presentation: [0, 90, 30, 60, 120], end: 150, at: [0, 15, 30, 60, 120] },
    {
      what: 'fit a pyramid: I P B b b P b',
      presentation: [0, 120, 60, 30, 90, 180, 150],
      end: 210,
      at: [0, 10, 20, 30, 60, 120, 150],
    },
    { what: 'fit uneven frames', presentation: [0, 100, 10, 95, 101, 140], end: 141, at: [0, 5, 10, 95, 100, 140] },
    {
      what: 'start at the segment, though its first frame comes later',
      presentation: [1012, 1102, 1042, 1072],
      start: 1000,
      end: 1132,
      at: [1000, 1021, 1042, 1072],
    },
    {
      what: 'make room before frames that stand a tick apart',
      presentation: [0, 30, 90, 31, 60],
      end: 120,
      at: [0, 15, 30, 31, 60],
    },
    { what: 'of one frame fill the segment', presentation: [5], end: 100, at: [0] },
  ])('$what', ({ presentation, start = 0, end, at }) => {
    const timed = decode(presentation, start, end);
    expect(timed.at).toEqual(at);
    expect(timed.durations.reduce((sum, ticks) => sum + ticks, start)).toBe(end);
  });

  test.each<[string, number[], number, number]>([
    ['no frame at all', [], 0, 100],
    ['a frame before the segment', [-1, 10], 0, 100],
    ['a frame at the segment’s end', [0, 100], 0, 100],
    ['no tick left between reordered frames', [0, 3, 2, 1], 0, 100],
  ])('cannot be given to %s', (_, presentation, start, end) => {
    expect(() => assignTiming(presentation, start, end)).toThrow(TimingError);
  });

  test('let samples of even film last as long as they are shown, but for the first and the last', () => {
    // Mini-GOPs of four in a pyramid, as x264 makes them; each frame 40 ticks.
    const pyramid = [0, ...Array.from({ length: 24 }, (_, group) => [4, 2, 1, 3].map((frame) => (group * 4 + frame) * 40)).flat()];
    const timing = assignTiming(pyramid, 0, pyramid.length * 40);
    const odd = timing.flatMap(({ durationTicks }, index) => (durationTicks === 40 ? [] : [index]));
    expect(odd).toEqual([0, 1, 2, 95, 96]);
  });

  test('whatever the reordering: they ascend, durations fill the segment, and every frame keeps its own time', () => {
    fc.assert(
      fc.property(segments, ({ presentation, start, end }) => {
        const timing = assignTiming(presentation, start, end);
        let ticks = start;
        timing.forEach(({ durationTicks, compositionOffsetTicks }, index) => {
          expect(durationTicks).toBeGreaterThan(0);
          expect(compositionOffsetTicks).toBeGreaterThanOrEqual(0);
          expect(ticks + compositionOffsetTicks).toBe(presentation[index]);
          // Reaching past it, it would cut off what a player has buffered there; but for what is spread over the first frames.
          if (index > 12) expect(presentation[index]! + durationTicks).toBeLessThanOrEqual(end);
          ticks += durationTicks;
        });
        expect(ticks).toBe(end);
      }),
    );
  });
});

/** Closed GOPs of uneven frames, reordered as encoders do: each run of B-frames, in any order, after the frame that follows it. */
const segments = fc
  .record({
    start: fc.integer({ min: 0, max: 2 ** 40 }),
    lead: fc.integer({ min: 200, max: 5000 }),
    runs: fc.array(
      fc.record({
        gaps: fc.array(fc.oneof(fc.integer({ min: 40, max: 9000 }), fc.constant(1)), { minLength: 1, maxLength: 9 }),
        seed: fc.integer(),
      }),
      {
        maxLength: 12,
      },
    ),
    tail: fc.integer({ min: 40, max: 9000 }),
  })
  .map(({ start, lead, runs, tail }) => {
    let ticks = start + lead;
    const presentation = [ticks];
    for (const { gaps, seed } of runs) {
      const shown = gaps.map((gap) => (ticks += gap));
      const [anchor = ticks, ...between] = shown.reverse();
      presentation.push(anchor, ...between.sort((a, b) => ((a * 31 + seed) % 7) - ((b * 31 + seed) % 7)));
    }
    return { presentation, start, end: ticks + tail };
  });
