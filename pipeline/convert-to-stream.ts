import { copyChunk } from './copy-chunk.ts';
import { AppError } from './errors.ts';
import { type ChunkSource, chunkCommand } from './ffmpeg/chunk-command.ts';
import { encodeFillers, type Fillers } from './ffmpeg/encode-fillers.ts';
import { decodeFromTicks } from './ffmpeg/field-filters.ts';
import { iframeCommand } from './ffmpeg/iframe-command.ts';
import { lastFrameBefore } from './ffmpeg/last-frame.ts';
import { scanPacketsAround } from './ffmpeg/packet-index.ts';
import { type ChunkSink, type RunEnvironment, runChunk } from './ffmpeg/run-chunk.ts';
import { chooseSampling, type Sampling } from './ffmpeg/sampled-pictures.ts';
import { checkSegment } from './model/mp4/check-segment.ts';
import { renderInitSegment, type StreamParameters } from './model/mp4/init-segment.ts';
import { atPlannedLevel, codecsOf } from './model/mp4/parameter-sets.ts';
import { createSegmenter, type FinishedSegment, SegmenterError } from './model/mp4/segmenter.ts';
import {
  type Chunk,
  findRendition,
  type IframeRenditionPlan,
  type Plan,
  type RenditionPlan,
  type VideoRenditionPlan,
} from './model/plan.ts';
import { type Ticks, VIDEO_TIMESCALE } from './model/time.ts';
import { findGapsBetween, type Gap, repeatsWithin } from './model/timeline/gaps.ts';
import { chunkRange, segmentRange } from './model/timeline/segments.ts';
import { runTogether } from './run-together.ts';

/** A chunk of a title, and where its pictures and sounds come from. */
export interface ConvertJob {
  source: ChunkSource;
  plan: Plan;
  chunk: Chunk;
  /** What an index knows of the last source keyframe at or before a place (absolute source time): see chooseVideoSeek. */
  keyframeBefore?: ((ticks: Ticks) => Promise<Ticks | undefined> | Ticks | undefined) | undefined;
}

/** Where segments go. Each rejects to stop the work, e.g. when the claim was lost. */
export interface SegmentCommitter {
  /** Stretches of the chunk in which the picture stands still, for the title's report (I2, I8). Called before their segments. */
  noteGaps?(gaps: readonly Gap[]): Promise<void>;
  /** Fixes the rendition's init segment, or refuses one that differs from it (`encoder_mismatch`). */
  commitInit(renditionId: string, bytes: Uint8Array): Promise<void>;
  commitSegment(renditionId: string, segment: number, bytes: Uint8Array): Promise<void>;
}

/**
 * The pipeline's step: a source, its plan and a chunk of it → committed segments. It may start at any segment and be any
 * rectangle of the plan; whatever the division, the same frames come out at the same times.
 *
 * @throws AppError `cancelled`, `ffmpeg_failed`, `ffmpeg_stalled`, `encoder_mismatch`, `segment_invalid`, `source_ended_early`,
 * `not_copyable` and what the committer throws. What was committed before stays.
 */
export async function convertToStream(job: ConvertJob, committer: SegmentCommitter, environment: RunEnvironment): Promise<void> {
  const { plan, chunk } = job;
  const renditions = chunk.renditionIds.map((id) => findRendition(plan, id));
  for (const rendition of renditions) {
    if (rendition.kind === 'iframe') await convertIframes(job, rendition, committer, environment);
  }
  const renditionIds = renditions.filter(({ kind }) => kind !== 'iframe').map(({ id }) => id);
  if (renditionIds.length > 0) await convertStreams({ ...job, chunk: { ...chunk, renditionIds } }, committer, environment);
}

/** A decode of their own, of keyframes alone; of all frames where keyframes bring none. */
async function convertIframes(
  job: ConvertJob,
  rendition: IframeRenditionPlan,
  committer: SegmentCommitter,
  environment: RunEnvironment,
): Promise<void> {
  const { source, plan } = job;
  const chunk = { ...job.chunk, renditionIds: [rendition.id] };
  const progress = new Map<string, number>();
  const sink = checkedSink(plan, committer, progress);
  const { startTicks } = chunkRange(plan.timeline, rendition, chunk);
  const keyframeBeforeTicks = startTicks === 0 ? undefined : await job.keyframeBefore?.(plan.originTicks + startTicks);
  const seek = keyframeBeforeTicks === undefined ? {} : { keyframeBeforeTicks };
  const run = (sampling: Sampling): Promise<void> =>
    runChunk(
      (outputUrls) => iframeCommand({ source, plan, chunk, outputUrls, ...seek }, rendition, sampling),
      { plan, chunk, fillers: new Map(), gapsAreKnown: true },
      sink,
      { ...environment, onProgress: undefined },
    );
  const sampling = chooseSampling(plan);
  try {
    await run(sampling);
  } catch (error) {
    const isOfDecoding = error instanceof SegmenterError || (error instanceof AppError && error.code === 'ffmpeg_failed');
    if (!isOfDecoding || sampling === 'frames' || progress.size > 0) throw describe(error);
    await run('frames').catch((again: unknown) => {
      throw describe(again);
    });
  }
}

async function convertStreams(job: ConvertJob, committer: SegmentCommitter, environment: RunEnvironment): Promise<void> {
  const progress = new Map(job.chunk.renditionIds.map((id) => [id, job.chunk.firstSegment]));
  const sink = checkedSink(job.plan, committer, progress);
  const isCopied = (id: string): boolean => findRendition(job.plan, id).copied !== undefined;
  const partOf = (renditionIds: string[]): ConvertJob => ({ ...job, chunk: { ...job.chunk, renditionIds } });
  const copied = job.chunk.renditionIds.filter(isCopied);
  const encoded = job.chunk.renditionIds.filter((id) => !isCopied(id));
  await runTogether(
    [
      ...(copied.length === 0 ? [] : [(signal: AbortSignal) => copyChunk(partOf(copied), sink, { ...environment, signal })]),
      ...(encoded.length === 0
        ? []
        : [(signal: AbortSignal) => encodeToStream(partOf(encoded), progress, sink, committer, { ...environment, signal })]),
    ],
    environment.signal,
  );
}

async function encodeToStream(
  job: ConvertJob,
  progress: ReadonlyMap<string, number>,
  sink: ChunkSink,
  committer: SegmentCommitter,
  environment: RunEnvironment,
): Promise<void> {
  let gaps: SourceGaps = { gaps: gapsAfterLastFrame(job), areKnown: false };
  for (let attempt = 0; ; attempt++) {
    try {
      await noteGaps(job, gaps.gaps, committer);
      for (const chunk of whatIsLeft(job.chunk, progress)) await encodeChunk({ ...job, chunk }, gaps, sink, environment);
      return;
    } catch (error) {
      if (!(error instanceof SegmenterError) || attempt === MOST_ATTEMPTS) throw describe(error);
      environment.log.info({ problem: error.problem }, 'The source has a gap here; looking where its frames are');
      gaps = await learnGaps(job, gaps, error, environment);
    }
  }
}

/** Each damaged stretch of a chunk costs one attempt: packets that are there and cannot be decoded show only when they are met. */
const MOST_ATTEMPTS = 8;

/** First what the packets tell; after that, frames that packets promise and no decoder gives are a gap as well. */
async function learnGaps(job: ConvertJob, known: SourceGaps, error: SegmenterError, environment: RunEnvironment): Promise<SourceGaps> {
  if (!known.areKnown) return { gaps: await gapsByPackets(job, environment), areKnown: true };
  const { problem } = error;
  const { timeline } = job.plan;
  const rung = job.plan.renditions.find((rendition) => rendition.kind === 'video');
  if (error.kind !== 'video' || !rung) throw describe(error);
  const frameTicks =
    (problem.kind === 'gap' ? problem.fromTicks : problem.lastTicks) ?? (await lastFrameBeforeChunk(job, rung, environment));
  if (frameTicks === undefined) throw describe(error);
  const nextTicks = problem.kind === 'gap' ? problem.toTicks : chunkRange(timeline, rung, job.chunk).endTicks;
  const repeatTicks = repeatsWithin(timeline, frameTicks, nextTicks);
  if (repeatTicks.length === 0 || known.gaps.some((gap) => gap.frameTicks === frameTicks)) throw describe(error);
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

async function noteGaps({ plan, chunk }: ConvertJob, gaps: readonly Gap[], committer: SegmentCommitter): Promise<void> {
  const rung = chunk.renditionIds.map((id) => findRendition(plan, id)).find((rendition) => rendition.kind === 'video');
  const ownGaps = rung ? withinChunk(gaps, plan, rung, chunk) : [];
  if (ownGaps.length > 0) await committer.noteGaps?.(ownGaps);
}

/** The gaps of the picture in a chunk: all of them, or so far only the one that the probe told of. */
interface SourceGaps {
  gaps: readonly Gap[];
  areKnown: boolean;
}

/** One decode, all renditions of the chunk; gaps are filled first, with the frame before them. */
async function encodeChunk(job: ConvertJob, { gaps, areKnown }: SourceGaps, sink: ChunkSink, environment: RunEnvironment): Promise<void> {
  const { source, plan, chunk } = job;
  const rungs = chunk.renditionIds.map((id) => findRendition(plan, id)).filter((rendition) => rendition.kind === 'video');
  const ownGaps = rungs[0] ? withinChunk(gaps, plan, rungs[0], chunk) : [];
  const fillers = await encodeFillers(job, rungs, ownGaps, environment);
  const encoded = chunk.renditionIds.filter((id) => !isAllFillers(job, id, ownGaps));
  for (const rung of rungs) {
    if (!encoded.includes(rung.id)) await emitFillers(job, rung, fillers.get(rung.id), sink);
  }
  if (encoded.length === 0) return;
  const startTicks = rungs[0] ? chunkRange(plan.timeline, rungs[0], chunk).startTicks : 0;
  const { video } = source.info;
  const keyframeBeforeTicks =
    startTicks === 0 || !video ? undefined : await job.keyframeBefore?.(decodeFromTicks(video, plan.originTicks + startTicks));
  const fillerFrames = new Map([...fillers].map(([id, { frames }]) => [id, frames]));
  const encode = (renditionIds: string[], runEnvironment: RunEnvironment): Promise<void> => {
    const part = { ...chunk, renditionIds };
    const seek = keyframeBeforeTicks === undefined ? {} : { keyframeBeforeTicks };
    return runChunk(
      (outputUrls) => chunkCommand({ source, plan, chunk: part, outputUrls, gaps: ownGaps, ...seek }),
      { plan, chunk: part, fillers: fillerFrames, gapsAreKnown: areKnown },
      sink,
      runEnvironment,
    );
  };
  const [pictures, sounds] = separateSound(plan, encoded);
  if (pictures.length === 0 || sounds.length === 0 || chunk.endSegment - chunk.firstSegment > SHORT_CHUNK_SEGMENTS) {
    await encode(encoded, environment);
    return;
  }
  const quiet = { ...environment, onProgress: undefined };
  await runTogether(
    [(signal) => encode(pictures, { ...environment, signal }), (signal) => encode(sounds, { ...quiet, signal })],
    environment.signal,
  );
}

/**
 * Up to here a chunk's sound has a process of its own. ffmpeg opens its inputs one after the other and encodes sound in the thread
 * that feeds the pictures, which a viewer who waits for one segment would wait for (decision 0009). In longer chunks one
 * process keeps them side by side.
 */
const SHORT_CHUNK_SEGMENTS = 4;

function separateSound(plan: Plan, renditionIds: readonly string[]): [pictures: string[], sounds: string[]] {
  const ofKind = (kind: RenditionPlan['kind']): string[] => renditionIds.filter((id) => findRendition(plan, id).kind === kind);
  return [ofKind('video'), ofKind('audio')];
}

/** Within a gap there is nothing to decode: the picture stands still while the sound goes on. */
function isAllFillers({ plan, chunk }: ConvertJob, renditionId: string, gaps: readonly Gap[]): boolean {
  const rendition = findRendition(plan, renditionId);
  if (rendition.kind !== 'video') return false;
  const { startTicks, endTicks } = chunkRange(plan.timeline, rendition, chunk);
  return gaps.some((gap) => gap.frameTicks < startTicks && gap.nextTicks >= endTicks);
}

async function emitFillers(job: ConvertJob, rung: VideoRenditionPlan, fillers: Fillers | undefined, sink: ChunkSink): Promise<void> {
  if (!fillers?.info)
    throw new AppError('source_ended_early', 'This file ends before it says it does: it was cut short. Copy or download it again.');
  const segmenter = createSegmenter({
    timeline: job.plan.timeline,
    rendition: rung,
    ...job.chunk,
    fillers: fillers.frames,
    gapsAreKnown: true,
  });
  await sink.init(rung.id, fillers.info);
  for (const segment of segmenter.end()) await sink.segment(rung.id, segment);
}

/** Checks every segment against the plan before it is committed (I3), and remembers how far each rendition has come. */
function checkedSink(plan: Plan, committer: SegmentCommitter, progress: Map<string, number>): ChunkSink {
  return {
    async init(renditionId, parameters) {
      await committer.commitInit(renditionId, renderInit(findRendition(plan, renditionId), parameters));
    },
    async segment(renditionId, { segment, bytes }: FinishedSegment) {
      checkSegment(bytes, segmentRange(plan.timeline, findRendition(plan, renditionId), segment));
      await committer.commitSegment(renditionId, segment, bytes);
      progress.set(renditionId, segment + 1);
    },
  };
}

/** The init segment comes from the plan and the stream's parameter sets, never from ffmpeg's muxer. */
function renderInit(rendition: RenditionPlan, parameters: StreamParameters): Uint8Array {
  if (rendition.kind === 'audio') {
    return renderInitSegment({
      kind: 'audio',
      timescale: rendition.timescale,
      channels: rendition.channels,
      bitrateBps: rendition.bitrateBps,
    });
  }
  const parameterSets = parameters.parameterSets && atPlannedLevel(parameters.parameterSets, rendition.level);
  const codecs = parameterSets ? codecsOf(parameterSets) : parameters.codecs;
  if (!parameterSets || codecs !== rendition.codecs) {
    throw new AppError('encoder_mismatch', `The encoder made ${codecs} where ${rendition.codecs} is planned.`, {
      details: { rendition: rendition.id },
    });
  }
  return renderInitSegment({ ...rendition, kind: 'video', parameterSets });
}

/** The renditions that have come equally far go on together, in one decode. */
function whatIsLeft(chunk: Chunk, progress: ReadonlyMap<string, number>): Chunk[] {
  const byStart = new Map<number, string[]>();
  for (const id of chunk.renditionIds) {
    const start = progress.get(id) ?? chunk.firstSegment;
    if (start < chunk.endSegment) byStart.set(start, [...(byStart.get(start) ?? []), id]);
  }
  return [...byStart].map(([firstSegment, renditionIds]) => ({ ...chunk, firstSegment, renditionIds }));
}

/** Known from the probe: the picture ends before the title does. */
function gapsAfterLastFrame({ source, plan }: ConvertJob): Gap[] {
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

function withinChunk(gaps: readonly Gap[], plan: Plan, rung: RenditionPlan, chunk: Chunk): Gap[] {
  const { startTicks, endTicks } = chunkRange(plan.timeline, rung, chunk);
  return gaps
    .map((gap) => ({ ...gap, repeatTicks: gap.repeatTicks.filter((ticks) => ticks >= startTicks && ticks < endTicks) }))
    .filter((gap) => gap.repeatTicks.length > 0);
}

function describe(error: unknown): unknown {
  if (!(error instanceof SegmenterError)) return error;
  const code = error.problem.kind === 'ended' ? 'source_ended_early' : 'segment_invalid';
  return new AppError(
    code,
    'This file lacks pictures or sounds for a stretch that it says it has: it was cut short or is damaged. Copy or download it again.',
    {
      cause: error,
      details: { ...error.problem },
    },
  );
}
