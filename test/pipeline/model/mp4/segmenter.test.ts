import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkSegment } from '../../../../pipeline/model/mp4/check-segment.ts';
import { parseFragments } from '../../../../pipeline/model/mp4/fragment.ts';
import { createSegmenter, type FinishedSegment, SegmenterError, type SegmenterOptions } from '../../../../pipeline/model/mp4/segmenter.ts';
import type { Frame } from '../../../../pipeline/model/mp4/splitter.ts';
import { planTimeline } from '../../../../pipeline/model/timeline/boundaries.ts';
import { segmentRange } from '../../../../pipeline/model/timeline/segments.ts';
import { audioRendition, videoRendition } from '../hls/sample-plan.ts';

const SECOND = 90_000;
/** Segments at 0, 1, 2, 4, 8, 12; keyframes at these and every 2 s. */
const TIMELINE = planTimeline(13 * SECOND);
const KEYFRAMES = [0, 1, 2, 4, 6, 8, 10, 12];
const FRAME = 9000;

function frame(ptsTicks: number, isSync = false, byte = 0): Frame {
  return { ptsTicks, isSync, data: Uint8Array.of(byte) };
}

/** Ten frames a second of [from, to), in seconds, the encoder's keyframes where they are planned. */
function picture(from: number, to: number): Frame[] {
  const first = Math.ceil((from * SECOND) / FRAME);
  const last = Math.ceil((to * SECOND) / FRAME);
  return Array.from({ length: last - first }, (_, index) => {
    const ticks = (first + index) * FRAME;
    const isSync = KEYFRAMES.includes(ticks / SECOND) || index === 0;
    return frame(ticks, isSync);
  });
}

function video(firstSegment: number, endSegment: number, more: Partial<SegmenterOptions> = {}): SegmenterOptions {
  return { timeline: TIMELINE, rendition: videoRendition(), firstSegment, endSegment, ...more };
}

function audio(firstSegment: number, endSegment: number): SegmenterOptions {
  return { timeline: TIMELINE, rendition: audioRendition(), firstSegment, endSegment };
}

/** All segments, each checked against the plan as before a commit. */
function cut(options: SegmenterOptions, frames: readonly Frame[]): FinishedSegment[] {
  const segmenter = createSegmenter(options);
  const finished = [...frames.flatMap((one) => segmenter.push(one)), ...segmenter.end()];
  for (const { segment, bytes } of finished) checkSegment(bytes, segmentRange(options.timeline, options.rendition, segment));
  return finished;
}

/** Presentation times in a segment, ascending, in seconds. */
function times({ bytes }: FinishedSegment): number[] {
  return parseFragments(bytes)
    .flatMap(({ baseDecodeTicks, samples }) => {
      let ticks = baseDecodeTicks;
      return samples.map(({ durationTicks, compositionOffsetTicks }) => (ticks += durationTicks) - durationTicks + compositionOffsetTicks);
    })
    .sort((a, b) => a - b)
    .map((ticks) => ticks / SECOND);
}

function problemOf(work: () => unknown): SegmenterError['problem'] {
  try {
    work();
  } catch (error) {
    if (error instanceof SegmenterError) return error.problem;
    throw error;
  }
  throw new Error('It was not refused');
}

describe('a picture', () => {
  test('is cut at the planned boundaries, every frame once', () => {
    const segments = cut(video(0, 6), picture(0, 13));
    expect(segments.map(({ segment, frameCount }) => [segment, frameCount])).toEqual([
      [0, 10],
      [1, 10],
      [2, 20],
      [3, 40],
      [4, 40],
      [5, 10],
    ]);
    expect(segments.flatMap(times)).toEqual(picture(0, 13).map(({ ptsTicks }) => ptsTicks / SECOND));
  });

  test('gives a segment out as soon as the next one’s keyframe comes by', () => {
    const segmenter = createSegmenter(video(0, 2));
    const counts = picture(0, 2.1).map((one) => segmenter.push(one).length);
    expect(counts.flatMap((count, index) => (count > 0 ? [index] : []))).toEqual([10, 20]);
    expect(segmenter.end()).toEqual([]);
  });

  test('is the same in any division into chunks', () => {
    const whole = cut(video(0, 6), picture(0, 13));
    fc.assert(
      fc.property(fc.subarray([1, 2, 3, 4, 5]), (cuts) => {
        const places = [0, ...cuts, 6];
        const parts = places.slice(1).flatMap((end, index) => {
          const first = places[index] as number;
          const [from = 0, to = 0] = [first, end].map((segment) => TIMELINE.boundaries[segment]! / SECOND);
          return cut(video(first, end), picture(from, to));
        });
        expect(parts).toEqual(whole);
      }),
    );
  });

  test('keeps frames that are shown out of order, in their own segment', () => {
    const frames = [frame(0, true), frame(60_000), frame(30_000), frame(90_000, true), frame(150_000), frame(120_000)];
    const segments = cut(video(0, 2), frames);
    expect(segments.map(times)).toEqual([
      [0, 1 / 3, 2 / 3],
      [1, 4 / 3, 5 / 3],
    ]);
  });

  test('may have more keyframes than planned', () => {
    const frames = picture(4, 8).map((one, index) => ({ ...one, isSync: index % 7 === 0 || one.isSync }));
    expect(cut(video(3, 4), frames)).toHaveLength(1);
  });

  test('has no use for frames before and after its chunk', () => {
    const segments = cut(video(2, 4), [frame(1.9 * SECOND, true), ...picture(2, 9)]);
    expect(segments.map(({ segment }) => segment)).toEqual([2, 3]);
    expect(segments.flatMap(times)).toEqual(picture(2, 8).map(({ ptsTicks }) => ptsTicks / SECOND));
  });

  test('a segment’s decode time is its start, though its first frame is shown a little later', () => {
    const frames = picture(4, 8).map((one) => ({ ...one, ptsTicks: one.ptsTicks + 3000 }));
    const [segment] = cut(video(3, 4), frames.slice(0, -1));
    expect(parseFragments(segment!.bytes)[0]).toMatchObject({ baseDecodeTicks: 4 * SECOND, sequenceNumber: 4 });
  });
});

describe('a gap in the picture', () => {
  test('longer than a keyframe interval is refused, with where it is', () => {
    const frames = [...picture(4, 5), ...picture(8.5, 12)];
    expect(problemOf(() => cut(video(3, 5), frames))).toEqual({
      kind: 'gap',
      segment: 3,
      fromTicks: 441_000,
      toTicks: 8.5 * SECOND,
    });
  });

  test('that leaves a segment of the ramp without a frame is refused, though it is short', () => {
    expect(problemOf(() => cut(video(0, 3), [...picture(0, 1), ...picture(2, 4)]))).toMatchObject({
      kind: 'gap',
      segment: 0,
      toTicks: 2 * SECOND,
    });
  });

  test('at the chunk’s start is refused: a frame before the chunk may have to stand in', () => {
    expect(problemOf(() => cut(video(3, 4), picture(5.5, 8)))).toMatchObject({ kind: 'gap', segment: 3, fromTicks: undefined });
  });

  test('that leaves a planned keyframe without a frame up to the chunk’s end is refused', () => {
    expect(problemOf(() => cut(video(3, 4), picture(4, 5.9)))).toMatchObject({ kind: 'ended', segment: 3, lastTicks: 5.8 * SECOND });
  });

  test('short ones at the chunk’s edges pass once the gaps are known', () => {
    expect(cut(video(3, 4, { gapsAreKnown: true }), picture(5.5, 8)).map(times)).toEqual([
      picture(5.5, 8).map(({ ptsTicks }) => ptsTicks / SECOND),
    ]);
  });

  test('is filled by what stands in, each at its time', () => {
    const fillers = [6, 8, 10].map((seconds) => frame(seconds * SECOND, true, 7));
    const segments = cut(video(3, 5, { fillers }), [...picture(4, 5.5), ...picture(10.5, 12)]);
    expect(segments.map(times)).toEqual([
      [...picture(4, 5.5).map(({ ptsTicks }) => ptsTicks / SECOND), 6],
      [8, 10, ...picture(10.5, 12).map(({ ptsTicks }) => ptsTicks / SECOND)],
    ]);
  });

  test('up to the title’s end is filled after the last frame came', () => {
    const fillers = [8, 10, 12].map((seconds) => frame(seconds * SECOND, true, 7));
    expect(
      cut(video(3, 6, { fillers }), picture(4, 7))
        .slice(1)
        .map(times),
    ).toEqual([[8, 10], [12]]);
  });

  test('from the chunk’s start on is filled before the first frame', () => {
    const fillers = [frame(4 * SECOND, true, 7)];
    expect(times(cut(video(3, 4, { fillers }), picture(5.5, 8))[0]!)[0]).toBe(4);
  });

  test('that goes on to the chunk’s end is the source’s end', () => {
    expect(problemOf(() => cut(video(3, 5), picture(4, 8)))).toMatchObject({ kind: 'ended', segment: 3 });
    expect(problemOf(() => cut(video(3, 5), []))).toMatchObject({ kind: 'ended', segment: 3, lastTicks: undefined });
  });
});

describe('a sound', () => {
  const rendition = audioRendition();

  /** Codec frames of [from, to), in frames. */
  function sound(from: number, to: number): Frame[] {
    return Array.from({ length: to - from }, (_, index) => frame((from + index) * 1024, true, from + index));
  }

  function framesOf(segment: number): [number, number] {
    const { startTicks, endTicks } = segmentRange(TIMELINE, rendition, segment);
    return [startTicks / 1024, endTicks / 1024];
  }

  test('is cut on its own grid of whole frames, every frame once', () => {
    const last = framesOf(5)[1];
    const segments = cut(audio(0, 6), sound(0, last));
    expect(segments.map(({ frameCount }) => frameCount)).toEqual([47, 47, 94, 187, 188, 47]);
    expect(segments.reduce((sum, { frameCount }) => sum + frameCount, 0)).toBe(last);
  });

  test('loses the encoder’s frames before and after the chunk, by their time', () => {
    const [first, last] = framesOf(3);
    const segments = cut(audio(3, 4), sound(first - 3, last + 2));
    expect(segments.map(({ segment, frameCount }) => [segment, frameCount])).toEqual([[3, last - first]]);
    const [fragment] = parseFragments(segments[0]!.bytes);
    expect(segments[0]!.bytes[fragment!.samples[0]!.dataOffset]).toBe(first % 256);
  });

  test('gives a segment out with its last frame', () => {
    const segmenter = createSegmenter(audio(0, 1));
    const counts = sound(0, 48).map((one) => segmenter.push(one).length);
    expect(counts.indexOf(1)).toBe(46);
  });

  test('with a missing frame is refused', () => {
    const frames = sound(0, 47).filter((_, index) => index !== 20);
    expect(problemOf(() => cut(audio(0, 1), frames))).toEqual({ kind: 'gap', segment: 0, fromTicks: 20 * 1024, toTicks: 21 * 1024 });
  });

  test('off its grid is refused', () => {
    expect(problemOf(() => cut(audio(0, 1), [frame(1, true)]))).toMatchObject({ kind: 'gap', fromTicks: 0, toTicks: 1 });
  });

  test('is not disturbed by what a muxer puts beside its grid while ffmpeg begins its filters anew', () => {
    const repetition = Array.from({ length: 1100 }, (_, index) => frame(29 * 1024 + 1 + index, true)).filter(
      ({ ptsTicks }) => ptsTicks % 1024 !== 0,
    );
    const segments = cut(audio(0, 1), [...sound(0, 30), ...repetition, ...sound(30, 50)]);
    expect(segments).toHaveLength(1);
    expect(segments[0]!.bytes).toEqual(cut(audio(0, 1), sound(0, 50))[0]!.bytes);
  });

  test('that ends before its chunk is refused', () => {
    expect(problemOf(() => cut(audio(0, 2), sound(0, 60)))).toEqual({ kind: 'ended', segment: 1, lastTicks: 60 * 1024 });
  });
});

describe('frames that are in no finished segment', () => {
  test('of a picture are those since the last cut, without what comes before the chunk', () => {
    const segmenter = createSegmenter(video(1, 3));
    const finished = picture(0.5, 2.3).flatMap((one) => segmenter.push(one));
    expect(finished.map(({ frameCount }) => frameCount)).toEqual([10]);
    expect(segmenter.pendingFrames()).toBe(3);
    for (const one of picture(2.3, 4.1)) segmenter.push(one);
    expect(segmenter.pendingFrames()).toBe(0);
  });

  test('of sound are those since the last whole segment', () => {
    const segmenter = createSegmenter(audio(0, 2));
    const frames = Array.from({ length: 50 }, (_, index) => frame(index * 1024, true));
    const cutFrames = frames.flatMap((one) => segmenter.push(one)).reduce((sum, { frameCount }) => sum + frameCount, 0);
    expect(cutFrames).toBeGreaterThan(0);
    expect(segmenter.pendingFrames()).toBe(50 - cutFrames);
  });
});
