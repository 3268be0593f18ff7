import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Catalogue } from './catalogue/catalogue.ts';
import { readCommittedSegments } from './committed-segments.ts';
import { convertToStream, type SegmentCommitter } from './convert-to-stream.ts';
import { AppError } from './errors.ts';
import type { EventBus } from './event-bus.ts';
import type { FfmpegTools } from './ffmpeg/locate.ts';
import type { Log } from './log.ts';
import { type CommittedSegments, planMissingChunks } from './model/missing-chunks.ts';
import type { Chunk, Plan } from './model/plan.ts';
import { reportGaps } from './model/report-gaps.ts';
import type { Ticks } from './model/time.ts';
import type { TitleRecord } from './model/title.ts';
import type { ChunkCause, ChunkLease, ChunkQueue } from './queue/chunk-queue.ts';
import type { SeekIndexes } from './seek-indexes.ts';
import type { SegmentStore } from './storage/segment-store.ts';

export interface ChunkWorkerSettings {
  mediaDir: string;
  store: SegmentStore;
  catalogue: Catalogue;
  queue: ChunkQueue;
  bus: EventBus;
  tools: FfmpegTools;
  seekIndexes: SeekIndexes;
  log: Log;
}

/** How long a lease holds without being renewed: a worker that died is replaced after this. */
export const LEASE_MS = 30_000;

/** Viewers and new titles come first, also for the processor. */
const NICENESS: Record<ChunkCause, number> = { demand: 0, lead: 0, first: 0, prefetch: 10, background: 10 };

/** Encodes what a leased chunk still lacks, segment by segment, each committed under the lease. */
export function createChunkWorker(settings: ChunkWorkerSettings): { work(lease: ChunkLease, signal: AbortSignal): Promise<void> } {
  const { mediaDir, store, bus, tools, seekIndexes } = settings;

  async function work(lease: ChunkLease, signal: AbortSignal): Promise<void> {
    const { chunk, cause } = lease;
    const log = settings.log.child({ title: chunk.titleId, chunk: describeChunk(chunk), cause });
    const title = await store.readTitle(chunk.titleId);
    const plan = await store.readPlan(chunk.titleId, chunk.planRevision);
    if (!title?.sourceInfo || title.error || !plan) return;
    // Of a plan that was replaced, viewers may still ask for segments: there the stored parameter sets decide (commitInit).
    if (plan.revision === title.planRevision) assertSameEncoder(plan, tools);
    const source = { path: join(mediaDir, title.source.path), info: title.sourceInfo };
    await access(source.path).catch((error: unknown) => {
      throw new AppError('source_missing', 'The original of this title is not where it was. Put it back, or add it again.', {
        cause: error,
      });
    });
    const missing = missingWithin(plan, chunk, await readCommittedSegments(store, plan, chunk));
    const total = countSegments(missing);
    let done = 0;
    const publish = (speed?: number): void =>
      bus.publish({
        type: 'chunk',
        titleId: chunk.titleId,
        chunkId: lease.id,
        cause,
        state: 'started',
        progress: total === 0 ? 1 : done / total,
        chunk,
        isSuspended: false,
        ...(speed === undefined ? {} : { speed }),
      });
    publish();
    const committer = createCommitter(settings, lease, title, () => {
      done += 1;
      publish();
    });
    const startedAtMs = performance.now();
    for (const part of missing) {
      const environment = {
        tools,
        log,
        signal,
        niceness: NICENESS[cause],
        onProgress: ({ speed }: { speed: number | undefined }) => publish(speed),
      };
      const keyframeBefore = (ticks: Ticks) => seekIndexes.keyframeBefore(title, ticks, signal);
      await convertToStream({ source, plan, chunk: part, keyframeBefore }, committer, environment);
    }
    log.info({ segments: total, seconds: Number(((performance.now() - startedAtMs) / 1000).toFixed(2)) }, 'chunk done');
  }

  return { work };
}

/** The only way into the store: under a claim that still holds (I4), then the catalogue, then whoever waits. */
function createCommitter(settings: ChunkWorkerSettings, lease: ChunkLease, title: TitleRecord, onCommitted: () => void): SegmentCommitter {
  const { store, catalogue, queue, bus } = settings;
  const titleId = title.id;
  return {
    async noteGaps(gaps) {
      const record = await store.readTitle(titleId);
      const report = record && reportGaps(record, gaps);
      if (report && report.length > record.report.length) await store.writeTitle({ ...record, report });
    },
    async commitInit(renditionId, bytes) {
      const outcome = await store.putInit(titleId, renditionId, bytes);
      if (outcome === 'conflict') {
        throw new AppError('encoder_mismatch', 'This encoder makes other parameter sets than the segments that are there.', {
          details: { titleId, renditionId },
        });
      }
      if (outcome === 'stored') bus.publish({ type: 'init', titleId, renditionId });
    },
    async commitSegment(renditionId, segment, bytes) {
      if (!(await queue.owns(lease, renditionId, segment))) {
        throw new AppError('claim_lost', 'Another worker has taken this work over.', { details: { titleId, renditionId, segment } });
      }
      const outcome = await store.putSegment(titleId, renditionId, segment, bytes);
      if (outcome === 'exists')
        settings.log.warn({ title: titleId, rendition: renditionId, segment }, 'a segment was encoded that was there already');
      await catalogue.recordSegment(titleId, renditionId, segment, bytes.length);
      bus.publish({ type: 'segment', titleId, renditionId, segment, sizeBytes: bytes.length, cause: lease.cause });
      onCommitted();
    },
  };
}

/** The chunk's own renditions and segments, without what was committed since it was queued. */
function missingWithin(plan: Plan, chunk: Chunk, committed: CommittedSegments): Chunk[] {
  return planMissingChunks(plan, committed, { within: chunk, maxSegments: chunk.endSegment - chunk.firstSegment });
}

function countSegments(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.renditionIds.length * (chunk.endSegment - chunk.firstSegment), 0);
}

/** Parameter sets differ between builds: segments of one title come from one (design §7). */
function assertSameEncoder(plan: Plan, tools: FfmpegTools): void {
  if (plan.encoderFingerprint === tools.encoderFingerprint) return;
  throw new AppError('encoder_mismatch', `This title is being encoded by ${plan.encoderFingerprint}; here is ${tools.encoderFingerprint}.`);
}

/** For logs, e.g. `v720+a1 0-5`. */
export function describeChunk(chunk: Chunk): string {
  return `${chunk.renditionIds.join('+')} ${chunk.firstSegment}-${chunk.endSegment - 1}`;
}
