import { AppError } from '../errors.ts';
import type { ChunkSink } from '../ffmpeg/run-chunk.ts';
import { checkSegment } from '../model/mp4/check-segment.ts';
import { renderInitSegment, type StreamParameters } from '../model/mp4/init-segment.ts';
import { atPlannedLevel, codecsOf } from '../model/mp4/parameter-sets.ts';
import type { FinishedSegment } from '../model/mp4/segmenter.ts';
import { findRendition, type Plan, type RenditionPlan } from '../model/plan.ts';
import { segmentRange } from '../model/timeline/segments.ts';
import type { SegmentCommitter } from './convert-job.ts';

/** Checks every segment against the plan before it is committed (I3), and remembers how far each rendition has come. */
export function checkedSink(plan: Plan, committer: SegmentCommitter, progress: Map<string, number>): ChunkSink {
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
