import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { measureBandwidth } from '../../../../pipeline/model/hls/measure-bandwidth.ts';

const segment = (durationSeconds: number, bitrateBps: number): { durationSeconds: number; sizeBytes: number } => ({
  durationSeconds,
  sizeBytes: (durationSeconds * bitrateBps) / 8,
});

describe('measureBandwidth', () => {
  test.each([
    ['a single segment within 0.5 to 1.5 target durations', [segment(4, 1000), segment(4, 3000), segment(4, 1000)], 3000],
    ['a run of short segments, not the shortest alone', [segment(1, 9000), segment(1, 1000), segment(4, 1000)], 5000],
    ['exactly half a target duration', [segment(2, 8000), segment(4, 1000)], 8000],
    ['exactly one and a half target durations', [segment(1, 12_000), segment(5, 1000), segment(7, 1)], (12_000 + 5000) / 6],
    ['media shorter than half a target duration: all of it', [segment(1, 700)], 700],
  ])('the peak is the largest bit rate of %s', (_, segments, peakBps) => {
    expect(measureBandwidth(segments, 4).peakBps).toBeCloseTo(peakBps, 6);
  });

  test('the average is all bits over all time', () => {
    expect(measureBandwidth([segment(4, 1000), segment(2, 4000)], 4).averageBps).toBeCloseTo(2000, 6);
  });

  test('the peak of constant rate is that rate, however it is cut into segments', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 40 }), (durations) => {
        const { peakBps, averageBps } = measureBandwidth(
          durations.map((seconds) => segment(seconds, 8000)),
          4,
        );
        expect(peakBps).toBeCloseTo(8000, 6);
        expect(averageBps).toBeCloseTo(8000, 6);
      }),
    );
  });

  test('nothing measures as nothing', () => {
    expect(measureBandwidth([], 4)).toEqual({ peakBps: 0, averageBps: 0 });
  });
});
