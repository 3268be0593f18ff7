import { checkedSink } from './convert/checked-sink.ts';
import type { ConvertJob, SegmentCommitter } from './convert/convert-job.ts';
import { copyChunk } from './convert/copy-chunk.ts';
import { encodeIframes } from './convert/encode-iframes.ts';
import { encodeStreams } from './convert/encode-streams.ts';
import type { RunEnvironment } from './ffmpeg/run-chunk.ts';
import { findRendition, type RenditionPlan } from './model/plan.ts';
import { runTogether } from './run-together.ts';

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
  const progress = new Map(chunk.renditionIds.map((id) => [id, chunk.firstSegment]));
  const sink = checkedSink(plan, committer, progress);
  const partOf = (isWanted: (rendition: RenditionPlan) => boolean): ConvertJob => {
    const renditionIds = renditions.filter(isWanted).map(({ id }) => id);
    return { ...job, chunk: { ...chunk, renditionIds } };
  };

  for (const rendition of renditions) {
    if (rendition.kind === 'iframe') await encodeIframes(job, rendition, sink, environment);
  }
  const copied = partOf(({ copied }) => copied !== undefined);
  const encoded = partOf(({ kind, copied }) => kind !== 'iframe' && copied === undefined);
  const parts: ((signal: AbortSignal) => Promise<void>)[] = [];
  if (copied.chunk.renditionIds.length > 0) parts.push((signal) => copyChunk(copied, sink, { ...environment, signal }));
  if (encoded.chunk.renditionIds.length > 0)
    parts.push((signal) => encodeStreams(encoded, progress, sink, committer, { ...environment, signal }));
  await runTogether(parts, environment.signal);
}
