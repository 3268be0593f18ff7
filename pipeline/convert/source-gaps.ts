import { lastFrameBefore } from '../ffmpeg/last-frame.ts';
import { scanPacketsAround } from '../ffmpeg/packet-index.ts';
import type { RunEnvironment } from '../ffmpeg/run-chunk.ts';
import type { SegmenterError } from '../model/mp4/segmenter.ts';
import type { Chunk, Plan, RenditionPlan } from '../model/plan.ts';
import { type Ticks, VIDEO_TIMESCALE } from '../model/time.ts';
import { findGapsBetween, type Gap, repeatsWithin } from '../model/timeline/gaps.ts';
import { chunkRange } from '../model/timeline/segments.ts';
import type { ConvertJob } from './convert-job.ts';
import { describeFailure } from './describe-failure.ts';

/** The gaps of the picture in a chunk: all of them, or so far only the one that the probe told of. */
export interface SourceGaps {
  gaps: readonly Gap[];
  areKnown: boolean;
}

/** Known from the probe: the picture ends before the title does. */
export function gapsAfterLastFrame({ source, plan }: ConvertJob): Gap[] {
  const video = source.info.video;
  const end = plan.timeline.boundaries.at(-1) ?? 0;
  return video ? findGapsBetween([video.lastFrameTicks - plan.originTicks], plan.timeline, 0, end) : [];
}

/** Far enough past a chunk to see the frame that ends a gap. */
const LOOK_AHEAD_TICKS = 10 * VIDEO_TIMESCALE;

/** Found by looking at the packets in and around the chunk. */
async function gapsByPackets({ source, plan, chunk }: ConvertJob, environment: RunEnvironment): Promise<Gap[]> {
  const rung = plan.renditions.find((rendition) => rendition.kind === 'video');
  const { video } = source.info;
  if (!rung || !video) return [];
  const { startTicks, endTicks } = chunkRange(plan.timeline, rung, chunk);
  const { frameTicks } = await scanPacketsAround(source.path, {
    tools: environment.tools,
    log: environment.log,
    signal: environment.signal,
    stream: video,
    fromTicks: plan.originTicks + startTicks,
    toTicks: plan.originTicks + endTicks + LOOK_AHEAD_TICKS,
  });
  const seenUpTo = Math.min(endTicks + LOOK_AHEAD_TICKS, plan.timeline.boundaries.at(-1) ?? 0);
  const frames = [...[...frameTicks].map((ticks) => ticks - plan.originTicks).filter((ticks) => ticks < seenUpTo), seenUpTo];
  return findGapsBetween(frames, plan.timeline, startTicks, endTicks);
}

/** Of the gaps, what of them stands still in the chunk. */
export function withinChunk(gaps: readonly Gap[], plan: Plan, rung: RenditionPlan, chunk: Chunk): Gap[] {
  const { startTicks, endTicks } = chunkRange(plan.timeline, rung, chunk);
  return gaps
    .map((gap) => ({ ...gap, repeatTicks: gap.repeatTicks.filter((ticks) => ticks >= startTicks && ticks < endTicks) }))
    .filter((gap) => gap.repeatTicks.length > 0);
}

/** First what the packets tell; after that, frames that packets promise and no decoder gives are a gap as well. */
export async function learnGaps(
  job: ConvertJob,
  known: SourceGaps,
  error: SegmenterError,
  environment: RunEnvironment,
): Promise<SourceGaps> {
  if (!known.areKnown) return { gaps: await gapsByPackets(job, environment), areKnown: true };
  const { problem } = error;
  const { timeline } = job.plan;
  const rung = job.plan.renditions.find((rendition) => rendition.kind === 'video');
  if (error.kind !== 'video' || !rung) throw describeFailure(error);
  const frameTicks =
    (problem.kind === 'gap' ? problem.fromTicks : problem.lastTicks) ?? (await lastFrameBeforeChunk(job, rung, environment));
  if (frameTicks === undefined) throw describeFailure(error);
  const nextTicks = problem.kind === 'gap' ? problem.toTicks : chunkRange(timeline, rung, job.chunk).endTicks;
  const repeatTicks = repeatsWithin(timeline, frameTicks, nextTicks);
  if (repeatTicks.length === 0 || known.gaps.some((gap) => gap.frameTicks === frameTicks)) throw describeFailure(error);
  const outside = known.gaps.filter((gap) => gap.nextTicks <= frameTicks || gap.frameTicks >= nextTicks);
  const gaps = [...outside, { frameTicks, nextTicks, repeatTicks }].sort((a, b) => a.frameTicks - b.frameTicks);
  return { gaps, areKnown: true };
}

/** Of a chunk whose own frames begin late, or that has none. Title time. */
async function lastFrameBeforeChunk(
  { source, plan, chunk }: ConvertJob,
  rung: RenditionPlan,
  { tools, log, signal }: RunEnvironment,
): Promise<Ticks | undefined> {
  const { video } = source.info;
  if (!video) return undefined;
  const { startTicks } = chunkRange(plan.timeline, rung, chunk);
  const ticks = await lastFrameBefore(source.path, plan.originTicks + startTicks, { tools, log, signal, stream: video });
  return ticks === undefined ? undefined : ticks - plan.originTicks;
}
