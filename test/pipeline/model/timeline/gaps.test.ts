import { describe, expect, test } from 'vitest';
import { planTimeline } from '../../../../pipeline/model/timeline/boundaries.ts';
import { findGapsBetween, keyframesBesideGaps } from '../../../../pipeline/model/timeline/gaps.ts';

const SECOND = 90_000;
/** Segments at 0, 1, 2, 4, 8, 12, 16; keyframes at these and every 2 s. */
const TIMELINE = planTimeline(20 * SECOND);

/** All in seconds, for reading. */
function gapsOf(frames: number[], start = 0, end = 20): { frame: number; repeats: number[] }[] {
  return findGapsBetween(
    frames.map((seconds) => seconds * SECOND),
    TIMELINE,
    start * SECOND,
    end * SECOND,
  ).map((gap) => ({ frame: gap.frameTicks / SECOND, repeats: gap.repeatTicks.map((ticks) => ticks / SECOND) }));
}

/** A frame every half second of [from, to). */
function frames(from: number, to: number): number[] {
  return Array.from({ length: Math.ceil((to - from) * 2) }, (_, index) => from + index / 2);
}

describe('gaps', () => {
  test.each<{ what: string; frames: number[]; start?: number; end?: number; gaps: { frame: number; repeats: number[] }[] }>([
    { what: 'none in an even picture', frames: frames(0, 20), gaps: [] },
    {
      what: 'longer than an interval: its last frame again at each keyframe',
      frames: [...frames(0, 5.5), ...frames(12.5, 20)],
      gaps: [{ frame: 5, repeats: [6, 8, 10, 12] }],
    },
    {
      what: 'a frame just after a keyframe serves it',
      frames: [...frames(0, 5.5), 10.09, ...frames(10.5, 20)],
      gaps: [{ frame: 5, repeats: [6, 8] }],
    },
    {
      what: 'a frame a tenth of a second after a keyframe is too late for it',
      frames: [...frames(0, 5.5), 10.1, ...frames(10.5, 20)],
      gaps: [{ frame: 5, repeats: [6, 8, 10] }],
    },
    { what: 'as long as an interval: nothing to repeat', frames: [...frames(0, 5.5), ...frames(7, 20)], gaps: [] },
    {
      what: 'the frame that ends it serves the keyframe it stands on',
      frames: [...frames(0, 5.5), ...frames(10, 20)],
      gaps: [{ frame: 5, repeats: [6, 8] }],
    },
    { what: 'the picture ends before the title', frames: frames(0, 15.5), gaps: [{ frame: 15, repeats: [16, 18] }] },
    { what: 'the picture ends less than an interval before the title', frames: frames(0, 18.5), gaps: [] },
    {
      what: 'a segment of the ramp would stay empty, though the gap is short',
      frames: [...frames(0, 1), ...frames(2, 20)],
      gaps: [{ frame: 0.5, repeats: [1] }],
    },
    {
      what: 'a chunk that starts inside it repeats the frame before the chunk',
      frames: [5, ...frames(12.5, 20)],
      start: 8,
      gaps: [{ frame: 5, repeats: [8, 10, 12] }],
    },
    {
      what: 'a chunk that ends inside it repeats within itself only',
      frames: [...frames(4, 5.5), 12.5],
      start: 4,
      end: 8,
      gaps: [{ frame: 5, repeats: [6] }],
    },
    { what: 'a chunk inside it', frames: [5, 17], start: 8, end: 12, gaps: [{ frame: 5, repeats: [8, 10] }] },
    { what: 'before or after the chunk is not its business', frames: [0, 5, ...frames(8, 12), 12, 19], start: 8, end: 12, gaps: [] },
    {
      what: 'two of them',
      frames: [...frames(0, 3.5), ...frames(6.5, 10.5), ...frames(15, 20)],
      gaps: [
        { frame: 3, repeats: [4, 6] },
        { frame: 10, repeats: [12, 14] },
      ],
    },
    { what: 'one frame is the whole title', frames: [0], gaps: [{ frame: 0, repeats: [1, 2, 4, 6, 8, 10, 12, 14, 16, 18] }] },
    { what: 'no frame at all can be repeated', frames: [], gaps: [] },
  ])('$what', ({ frames: given, start, end, gaps }) => {
    expect(gapsOf(given, start, end)).toEqual(gaps);
  });
});

describe('keyframes of the source', () => {
  /** In seconds; gaps as found between frames. */
  function keyframes(given: number[], start: number, end: number): number[] {
    const ticks = given.map((seconds) => seconds * SECOND);
    const gaps = findGapsBetween(ticks, TIMELINE, start * SECOND, end * SECOND);
    return keyframesBesideGaps(TIMELINE, start * SECOND, end * SECOND, gaps).map((at) => at / SECOND);
  }

  test('are all the planned ones where there is no gap', () => {
    expect(keyframes(frames(4, 12.5), 4, 12)).toEqual([4, 6, 8, 10]);
  });

  test('are, of a gap, the frame that ends it alone', () => {
    expect(keyframes([...frames(4, 5.5), ...frames(12.5, 17)], 4, 16)).toEqual([4, 12.5, 14]);
  });

  test('are none of a gap that goes on', () => {
    expect(keyframes([...frames(4, 5.5), 12.5], 4, 8)).toEqual([4]);
    expect(keyframes([5, 17], 8, 12)).toEqual([]);
  });

  test('stay where a gap ends on one of them', () => {
    expect(keyframes([...frames(4, 5.5), ...frames(10, 17)], 4, 16)).toEqual([4, 10, 12, 14]);
  });
});
