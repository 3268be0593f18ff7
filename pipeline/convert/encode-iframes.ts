import { AppError } from '../errors.ts';
import { iframeCommand } from '../ffmpeg/iframe-command.ts';
import { type ChunkSink, type RunEnvironment, runChunk } from '../ffmpeg/run-chunk.ts';
import { chooseSampling, type Sampling } from '../ffmpeg/sampled-pictures.ts';
import { SegmenterError } from '../model/mp4/segmenter.ts';
import type { IframeRenditionPlan } from '../model/plan.ts';
import { chunkRange } from '../model/timeline/segments.ts';
import type { ConvertJob } from './convert-job.ts';
import { describeFailure } from './describe-failure.ts';

/** A decode of their own, of keyframes alone; of all frames where keyframes bring none. */
export async function encodeIframes(
  job: ConvertJob,
  rendition: IframeRenditionPlan,
  sink: ChunkSink,
  environment: RunEnvironment,
): Promise<void> {
  const { source, plan } = job;
  const chunk = { ...job.chunk, renditionIds: [rendition.id] };
  let hasBegun = false;
  const noting: ChunkSink = {
    ...sink,
    async segment(renditionId, segment) {
      hasBegun = true;
      await sink.segment(renditionId, segment);
    },
  };
  const { startTicks } = chunkRange(plan.timeline, rendition, chunk);
  const keyframeBeforeTicks = startTicks === 0 ? undefined : await job.keyframeBefore?.(plan.originTicks + startTicks);
  const seek = keyframeBeforeTicks === undefined ? {} : { keyframeBeforeTicks };
  const run = (sampling: Sampling): Promise<void> =>
    runChunk(
      (outputUrls) => iframeCommand({ source, plan, chunk, outputUrls, ...seek }, rendition, sampling),
      { plan, chunk, fillers: new Map(), gapsAreKnown: true },
      noting,
      { ...environment, onProgress: undefined },
    );
  const sampling = chooseSampling(plan);
  try {
    await run(sampling);
  } catch (error) {
    const isOfDecoding = error instanceof SegmenterError || (error instanceof AppError && error.code === 'ffmpeg_failed');
    if (!isOfDecoding || sampling === 'frames' || hasBegun) throw describeFailure(error);
    await run('frames').catch((again: unknown) => {
      throw describeFailure(again);
    });
  }
}
