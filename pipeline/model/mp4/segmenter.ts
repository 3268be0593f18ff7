import type { RenditionPlan, Timeline, VideoRenditionPlan } from '../plan.ts';
import type { Ticks } from '../time.ts';
import { keyframeTicks } from '../timeline/boundaries.ts';
import { REPEAT_TOLERANCE, repeatsWithin } from '../timeline/gaps.ts';
import { segmentRange } from '../timeline/segments.ts';
import { withAv1Level } from './av1-configuration.ts';
import { concatBytes } from './box.ts';
import { renderFragment, renderSegmentType, type SampleInput } from './fragment.ts';
import type { Frame } from './splitter.ts';
import { assignTiming } from './timing.ts';

export interface FinishedSegment {
  segment: number;
  bytes: Uint8Array;
  frameCount: number;
}

/**
 * What keeps a segment from being made. `gap`: planned keyframes have no frame from `fromTicks` on (the last frame before
 * it, undefined when it lies before the chunk) until `toTicks`. `ended`: there is none up to the chunk's end.
 */
export type SegmenterProblem =
  | { kind: 'gap'; segment: number; fromTicks: Ticks | undefined; toTicks: Ticks }
  | { kind: 'ended'; segment: number; lastTicks: Ticks | undefined };

export class SegmenterError extends Error {
  override readonly name = 'SegmenterError';
  readonly problem: SegmenterProblem;
  /** Of which kind of rendition; the problem's ticks are on its timescale. */
  readonly kind: RenditionPlan['kind'];

  constructor(problem: SegmenterProblem, kind: RenditionPlan['kind']) {
    super(`Segment ${problem.segment} cannot be made: ${problem.kind}`);
    this.problem = problem;
    this.kind = kind;
  }
}

export interface SegmenterOptions {
  timeline: Timeline;
  rendition: RenditionPlan;
  firstSegment: number;
  /** Exclusive. */
  endSegment: number;
  /** Sync frames that stand in for the source in gaps (I2), ascending. */
  fillers?: readonly Frame[];
  /**
   * Whether `fillers` were made knowing the source's frames around the chunk. If not, a chunk that could begin or end
   * within a gap is refused: the frames in it do not tell how long the gap is, and the division into chunks must not show.
   */
  gapsAreKnown?: boolean;
}

/** Groups the frames of one rendition into the segments of a chunk. */
export interface Segmenter {
  push(frame: Frame): FinishedSegment[];
  end(): FinishedSegment[];
  /** Frames that were taken and are in no finished segment yet. */
  pendingFrames(): number;
}

export function createSegmenter(options: SegmenterOptions): Segmenter {
  switch (options.rendition.kind) {
    case 'video':
      return createVideoSegmenter(options);
    case 'iframe':
      return createIframeSegmenter(options);
    case 'audio':
      return createAudioSegmenter(options);
  }
}

/**
 * Video: frames arrive in decode order, and every planned start is a sync frame of a closed GOP, so a segment is whole
 * when the first sync frame at or after its end comes by.
 */
function createVideoSegmenter(options: SegmenterOptions): Segmenter {
  const { timeline, rendition } = options;
  const fillers = [...(options.fillers ?? [])];
  let segment = options.firstSegment;
  let frames: Frame[] = [];
  let lastTicks: Ticks | undefined;
  const chunkStart = segmentRange(timeline, rendition, options.firstSegment).startTicks;
  const chunkEnd = segmentRange(timeline, rendition, options.endSegment - 1).endTicks;

  function refuseGap(toTicks: Ticks): void {
    if (lastTicks === undefined ? isLateStart(toTicks) : repeatsWithin(timeline, lastTicks, toTicks).length > 0) {
      throw new SegmenterError({ kind: 'gap', segment, fromTicks: lastTicks, toTicks }, 'video');
    }
  }

  function isLateStart(firstTicks: Ticks): boolean {
    const lateTicks = firstTicks - chunkStart;
    return options.gapsAreKnown ? lateTicks > timeline.keyframeIntervalTicks : lateTicks >= REPEAT_TOLERANCE;
  }

  function isEarlyEnd(): boolean {
    if (lastTicks === undefined) return true;
    if (options.gapsAreKnown) return repeatsWithin(timeline, lastTicks, chunkEnd).length > 0;
    return keyframeTicks(timeline, lastTicks + 1, chunkEnd).some((ticks) => chunkEnd - ticks >= REPEAT_TOLERANCE);
  }

  function take(frame: Frame, finished: FinishedSegment[]): void {
    if (frame.ptsTicks < chunkStart || segment >= options.endSegment) return;
    if (frame.isSync) {
      refuseGap(frame.ptsTicks);
      while (segment < options.endSegment && frame.ptsTicks >= segmentRange(timeline, rendition, segment).endTicks) {
        finished.push(finish());
      }
      if (segment >= options.endSegment) return;
    }
    frames.push(frame);
    if (lastTicks === undefined || frame.ptsTicks > lastTicks) lastTicks = frame.ptsTicks;
  }

  function finish(): FinishedSegment {
    if (frames.length === 0) throw new SegmenterError({ kind: 'gap', segment, fromTicks: lastTicks, toTicks: chunkEnd }, 'video');
    const { startTicks, endTicks } = segmentRange(timeline, rendition, segment);
    const timing = assignTiming(
      frames.map((frame) => frame.ptsTicks),
      startTicks,
      endTicks,
    );
    const samples = frames.map((frame, index) => ({
      ...(timing[index] as (typeof timing)[number]),
      isSync: frame.isSync,
      data: rendition.kind === 'video' ? sampleData(rendition, frame) : frame.data,
    }));
    frames = [];
    return renderSegment(segment++, startTicks, samples);
  }

  return {
    push(frame) {
      const finished: FinishedSegment[] = [];
      while (frame.isSync && fillers[0] && fillers[0].ptsTicks < frame.ptsTicks) take(fillers.shift() as Frame, finished);
      take(frame, finished);
      return finished;
    },
    end() {
      const finished: FinishedSegment[] = [];
      while (fillers[0]) take(fillers.shift() as Frame, finished);
      if (segment < options.endSegment && isEarlyEnd()) {
        throw new SegmenterError({ kind: 'ended', segment, lastTicks }, 'video');
      }
      while (segment < options.endSegment) finished.push(finish());
      return finished;
    },
    pendingFrames: () => frames.length,
  };
}

/** I-frames: one for each segment in their order, at its planned start and shown until the next one. */
function createIframeSegmenter({ timeline, rendition, firstSegment, endSegment }: SegmenterOptions): Segmenter {
  let segment = firstSegment;
  return {
    push({ isSync, data }) {
      if (segment >= endSegment) return [];
      const { startTicks, endTicks } = segmentRange(timeline, rendition, segment);
      return [renderSegment(segment++, startTicks, [{ durationTicks: endTicks - startTicks, compositionOffsetTicks: 0, isSync, data }])];
    },
    end() {
      if (segment < endSegment) throw new SegmenterError({ kind: 'ended', segment, lastTicks: undefined }, 'iframe');
      return [];
    },
    pendingFrames: () => 0,
  };
}

/** A keyframe of AV1 holds its sequence header, which then says what the init segment says. */
function sampleData({ codec, level }: VideoRenditionPlan, { isSync, data }: Frame): Uint8Array {
  return codec === 'av1' && isSync ? withAv1Level(data, level) : data;
}

/**
 * Audio: whole codec frames on their own grid. Frames before the chunk are encoder pre-roll and are dropped by their time; so are
 * frames beside the grid: where a source changes its channels or its rate, ffmpeg begins its filters anew and its muxer puts the
 * repetition, tick by tick, behind what was there.
 */
function createAudioSegmenter(options: SegmenterOptions): Segmenter {
  const { timeline, rendition } = options;
  const frameSamples = rendition.kind === 'audio' ? rendition.frameSamples : 1;
  let segment = options.firstSegment;
  let range = segmentRange(timeline, rendition, segment);
  let nextTicks = range.startTicks;
  let samples: SampleInput[] = [];
  let hasBegun = false;

  return {
    push(frame) {
      if (segment >= options.endSegment || frame.ptsTicks < nextTicks) return [];
      if (hasBegun && frame.ptsTicks % frameSamples !== 0) return [];
      if (frame.ptsTicks > nextTicks)
        throw new SegmenterError({ kind: 'gap', segment, fromTicks: nextTicks, toTicks: frame.ptsTicks }, 'audio');
      samples.push({ durationTicks: frameSamples, compositionOffsetTicks: 0, isSync: true, data: frame.data });
      hasBegun = true;
      nextTicks += frameSamples;
      if (nextTicks < range.endTicks) return [];
      const finished = renderSegment(segment, range.startTicks, samples);
      samples = [];
      segment += 1;
      if (segment < options.endSegment) range = segmentRange(timeline, rendition, segment);
      return [finished];
    },
    end() {
      if (segment < options.endSegment) throw new SegmenterError({ kind: 'ended', segment, lastTicks: nextTicks }, 'audio');
      return [];
    },
    pendingFrames: () => samples.length,
  };
}

export function renderSegment(segment: number, baseDecodeTicks: Ticks, samples: readonly SampleInput[]): FinishedSegment {
  const fragment = renderFragment({ sequenceNumber: segment + 1, baseDecodeTicks, samples });
  return { segment, bytes: concatBytes([renderSegmentType(), fragment]), frameCount: samples.length };
}
