import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { extendTimeline, openTimeline, planTimeline } from '../../../../pipeline/model/timeline/boundaries.ts';
import {
  boundaryTicks,
  chunkRange,
  segmentAt,
  segmentCount,
  segmentDurationSeconds,
  segmentRange,
} from '../../../../pipeline/model/timeline/segments.ts';

const SECOND = 90_000;
const VIDEO = { kind: 'video', timescale: SECOND } as const;
const AUDIO_48 = { kind: 'audio', timescale: 48_000, frameSamples: 1024 } as const;
const AUDIO_44 = { kind: 'audio', timescale: 44_100, frameSamples: 1024 } as const;

const timelines = fc.integer({ min: 1, max: 500 * SECOND }).map((endTicks) => planTimeline(endTicks));
const audio = fc.constantFrom(AUDIO_48, AUDIO_44);

describe('segments of a rendition', () => {
  test('a video segment is the timeline’s own stretch', () => {
    const timeline = planTimeline(13.3 * SECOND);
    expect(segmentRange(timeline, VIDEO, 3)).toEqual({ startTicks: 4 * SECOND, endTicks: 8 * SECOND });
    expect(segmentDurationSeconds(timeline, VIDEO, 5)).toBeCloseTo(1.3, 9);
  });

  test('an audio segment starts at the whole codec frame nearest to the video boundary', () => {
    const timeline = planTimeline(13 * SECOND);
    expect(segmentRange(timeline, AUDIO_48, 0)).toEqual({ startTicks: 0, endTicks: 47 * 1024 });
    expect(segmentRange(timeline, AUDIO_44, 3)).toEqual({ startTicks: 172 * 1024, endTicks: 345 * 1024 });
  });

  test('each starts where the one before ends, on whole frames, within half a frame of the picture', () => {
    fc.assert(
      fc.property(timelines, audio, (timeline, rendition) => {
        const count = segmentCount(timeline);
        for (let segment = 0; segment < count; segment++) {
          const { startTicks, endTicks } = segmentRange(timeline, rendition, segment);
          expect(startTicks).toBe(segment === 0 ? 0 : segmentRange(timeline, rendition, segment - 1).endTicks);
          expect(endTicks % rendition.frameSamples).toBe(0);
          expect(endTicks).toBeGreaterThan(startTicks);
          const apart = startTicks / rendition.timescale - (timeline.boundaries[segment] as number) / SECOND;
          expect(Math.abs(apart)).toBeLessThanOrEqual(512 / rendition.timescale + 1e-9);
        }
      }),
    );
  });

  test('the last audio segment covers the end and no whole frame more', () => {
    fc.assert(
      fc.property(timelines, audio, (timeline, rendition) => {
        const end = (timeline.boundaries.at(-1) as number) / SECOND;
        const { endTicks } = segmentRange(timeline, rendition, segmentCount(timeline) - 1);
        expect(endTicks / rendition.timescale).toBeGreaterThanOrEqual(end - 1e-9);
        expect(endTicks / rendition.timescale).toBeLessThan(end + 1024 / rendition.timescale);
      }),
    );
  });

  test('while a timeline is open its last boundary is rounded as all others, so that going on moves nothing', () => {
    const open = extendTimeline(openTimeline(), 5 * SECOND);
    const later = extendTimeline(open, 30 * SECOND);
    expect(boundaryTicks(open, AUDIO_48, segmentCount(open))).toBe(boundaryTicks(later, AUDIO_48, segmentCount(open)));
  });

  test.each([-1, 3, 0.5])('there is no segment %d of three', (segment) => {
    expect(() => segmentRange(planTimeline(4 * SECOND), VIDEO, segment)).toThrow(RangeError);
  });

  test('a boundary that is not planned is refused', () => {
    expect(() => boundaryTicks(planTimeline(4 * SECOND), AUDIO_48, 4)).toThrow(RangeError);
  });

  test('a chunk covers its first segment to its last', () => {
    expect(chunkRange(planTimeline(13 * SECOND), VIDEO, { firstSegment: 2, endSegment: 5 })).toEqual({
      startTicks: 2 * SECOND,
      endTicks: 12 * SECOND,
    });
  });
});

describe('the segment at a place', () => {
  test.each([
    [0, 0],
    [1 * SECOND - 1, 0],
    [1 * SECOND, 1],
    [4 * SECOND, 3],
    [13 * SECOND - 1, 5],
    [13 * SECOND, undefined],
    [-1, undefined],
  ])('at %d ticks of 13 seconds is %s', (ticks, segment) => {
    expect(segmentAt(planTimeline(13 * SECOND), ticks)).toBe(segment);
  });

  test('is the one whose range holds it', () => {
    fc.assert(
      fc.property(timelines, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (timeline, share) => {
        const ticks = Math.floor(share * (timeline.boundaries.at(-1) as number));
        const { startTicks, endTicks } = segmentRange(timeline, VIDEO, segmentAt(timeline, ticks) as number);
        expect(ticks).toBeGreaterThanOrEqual(startTicks);
        expect(ticks).toBeLessThan(endTicks);
      }),
    );
  });

  test('an open timeline without segments holds no place', () => {
    expect(segmentAt(openTimeline(), 0)).toBeUndefined();
  });
});
