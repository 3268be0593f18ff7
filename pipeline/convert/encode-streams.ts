import { AppError } from '../errors.ts';
import { chunkCommand } from '../ffmpeg/chunk-command.ts';
import { encodeFillers, type Fillers } from '../ffmpeg/encode-fillers.ts';
import { decodeFromTicks } from '../ffmpeg/field-filters.ts';
import { type ChunkSink, type RunEnvironment, runChunk } from '../ffmpeg/run-chunk.ts';
import { withUnpackedSounds } from '../ffmpeg/unpack-sounds.ts';
import { createSegmenter, SegmenterError } from '../model/mp4/segmenter.ts';
import { type Chunk, findRendition, type Plan, type RenditionPlan, type VideoRenditionPlan } from '../model/plan.ts';
import type { Gap } from '../model/timeline/gaps.ts';
import { chunkRange } from '../model/timeline/segments.ts';
import { runTogether } from '../run-together.ts';
import type { ConvertJob, SegmentCommitter } from './convert-job.ts';
import { describeFailure } from './describe-failure.ts';
import { gapsAfterLastFrame, learnGaps, type SourceGaps, withinChunk } from './source-gaps.ts';

/** Pictures and sounds of a chunk. Where the source has gaps they are learned of on the way, and what is left is encoded with them filled. `progress`: the first segment that each rendition lacks. */
export async function encodeStreams(
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
      if (!(error instanceof SegmenterError) || attempt === MOST_ATTEMPTS) throw describeFailure(error);
      environment.log.info({ problem: error.problem }, 'The source has a gap here; looking where its frames are');
      gaps = await learnGaps(job, gaps, error, environment);
    }
  }
}

/** Each damaged stretch of a chunk costs one attempt: packets that are there and cannot be decoded show only when they are met. */
const MOST_ATTEMPTS = 8;

async function noteGaps({ plan, chunk }: ConvertJob, gaps: readonly Gap[], committer: SegmentCommitter): Promise<void> {
  const rung = chunk.renditionIds.map((id) => findRendition(plan, id)).find((rendition) => rendition.kind === 'video');
  const ownGaps = rung ? withinChunk(gaps, plan, rung, chunk) : [];
  if (ownGaps.length > 0) await committer.noteGaps?.(ownGaps);
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
    const streamIndexes = new Set(renditionIds.map((id) => findRendition(plan, id).sourceStreamIndex));
    return withUnpackedSounds(source, streamIndexes, runEnvironment, (unpackedSounds) =>
      runChunk(
        (outputUrls) => chunkCommand({ source, plan, chunk: part, outputUrls, gaps: ownGaps, unpackedSounds, ...seek }),
        { plan, chunk: part, fillers: fillerFrames, gapsAreKnown: areKnown },
        sink,
        runEnvironment,
      ),
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

/** The renditions that have come equally far go on together, in one decode. */
function whatIsLeft(chunk: Chunk, progress: ReadonlyMap<string, number>): Chunk[] {
  const byStart = new Map<number, string[]>();
  for (const id of chunk.renditionIds) {
    const start = progress.get(id) ?? chunk.firstSegment;
    if (start < chunk.endSegment) byStart.set(start, [...(byStart.get(start) ?? []), id]);
  }
  return [...byStart].map(([firstSegment, renditionIds]) => ({ ...chunk, firstSegment, renditionIds }));
}
