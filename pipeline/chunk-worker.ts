import { join } from 'node:path';
import type { Catalogue } from './catalogue/catalogue.ts';
import { readCommittedSegments } from './committed-segments.ts';
import type { SegmentCommitter } from './convert/convert-job.ts';
import { convertToStream } from './convert-to-stream.ts';
import { AppError } from './errors.ts';
import type { EventBus } from './event-bus.ts';
import type { FfmpegTools } from './ffmpeg/locate.ts';
import type { RunningFfmpeg } from './ffmpeg/run-ffmpeg.ts';
import type { Log } from './log.ts';
import { planMissingChunks } from './model/missing-chunks.ts';
import { offeredPlan } from './model/offered-plan.ts';
import { type Chunk, findRendition, type Plan } from './model/plan.ts';
import { reportGaps } from './model/report-gaps.ts';
import type { Ticks } from './model/time.ts';
import { chunkRange } from './model/timeline/segments.ts';
import type { TitleRecord } from './model/title.ts';
import { isUnwatched } from './model/work/run-state.ts';
import type { MovieTables } from './movie-tables.ts';
import { assertOriginalThere } from './original-there.ts';
import type { ChunkCause, ChunkLease, ChunkQueue } from './queue/chunk-queue.ts';
import { createRunReporter, type RunReporter } from './run-reporter.ts';
import type { SeekIndexes } from './seek-indexes.ts';
import type { SegmentStore } from './storage/segment-store.ts';
import type { WorkBoard } from './work-board.ts';

export interface ChunkWorkerSettings {
  mediaDir: string;
  store: SegmentStore;
  catalogue: Catalogue;
  queue: ChunkQueue;
  bus: EventBus;
  board: WorkBoard;
  tools: FfmpegTools;
  /** Kept to the cores that work has which nobody waits for. */
  backgroundTools: FfmpegTools;
  seekIndexes: SeekIndexes;
  movieTables: MovieTables;
  log: Log;
}

/** How long a lease holds without being renewed: a worker that died is replaced after this. */
export const LEASE_MS = 30_000;

/** Viewers and new titles come first, also for the processor: what a viewer waits for before what one will come to. */
const NICENESS: Record<ChunkCause, number> = { demand: 0, lead: 5, first: 0, copy: 10, prefetch: 10, background: 10, further: 10 };

const isBackground = (cause: ChunkCause): boolean => cause === 'prefetch' || isUnwatched(cause);

/** A leased chunk being encoded. */
export interface ChunkRun {
  /** Resolves when all that it still has to bring is stored. Rejects as convertToStream does, and with `cancelled`. */
  done: Promise<void>;
  /** It need not bring what lies from `endSegment` on; it ends as soon as the rest is stored. */
  cut(endSegment: number): void;
  /** Stands still, or goes on. */
  setSuspended(isSuspended: boolean): void;
  cancel(reason?: unknown): void;
}

/** Encodes what a leased chunk still lacks, segment by segment, each committed under the lease. */
export function startChunkRun(settings: ChunkWorkerSettings, lease: ChunkLease): ChunkRun {
  const { mediaDir, store, seekIndexes, movieTables, board } = settings;
  const { chunk, cause } = lease;
  const tools = isBackground(cause) ? settings.backgroundTools : settings.tools;
  const log = settings.log.child({ title: chunk.titleId, chunk: describeChunk(chunk), cause });
  const stop = new AbortController();
  const processes = new Set<RunningFfmpeg>();
  const reporter = createRunReporter(settings.bus, lease);
  const startedAtMs = board.nowMs();
  let isEnough = false;
  /** What is no process waits for this where it is to stand still. */
  let standstill = { isOver: Promise.resolve(), end: (): void => {} };

  function endWhenEnough(): void {
    if (isEnough || !reporter.isDone()) return;
    isEnough = true;
    stop.abort('enough');
  }

  function onStarted(running: RunningFfmpeg): void {
    processes.add(running);
    if (reporter.isSuspended) running.suspend('preempted');
  }

  async function work(): Promise<void> {
    const title = await store.readTitle(chunk.titleId);
    const whole = await store.readPlan(chunk.titleId, chunk.planRevision);
    if (!title?.sourceInfo || title.error || !whole) return;
    // What has been left out since this was queued is not tried again.
    const plan = offeredPlan(whole, title);
    // Of a plan that was replaced, viewers may still ask for segments: there the stored parameter sets decide (commitInit).
    if (plan.revision === title.planRevision) assertSameEncoder(plan, tools);
    const source = { path: join(mediaDir, title.source.path), info: title.sourceInfo };
    const assertWhole = () => assertOriginalThere(source.path, title.source.sizeBytes);
    await assertWhole();
    const committed = await readCommittedSegments(store, plan, chunk);
    const missing = planMissingChunks(plan, committed, { within: chunk, maxSegments: chunk.endSegment - chunk.firstSegment });
    reporter.begin(missing);
    endWhenEnough();
    const committer = createCommitter(settings, lease, title, reporter, endWhenEnough);
    const keyframeBefore = (ticks: Ticks) => seekIndexes.keyframeBefore(title, ticks, stop.signal);
    const movieTracks = () => movieTables.read(title.id, source.path, source.info);
    const environment = {
      ...{ tools, log, signal: stop.signal, niceness: NICENESS[cause], onStarted, goOn: () => standstill.isOver },
      onProgress: reporter.noteSpeed,
      onDiscarded: (renditionId: string, frames: number) =>
        settings.bus.publish({ type: 'discarded', titleId: chunk.titleId, renditionId, frames, cause }),
    };
    for (const part of missing) {
      if (isEnough) break;
      await convertToStream({ source, plan, chunk: part, keyframeBefore, movieTracks }, committer, environment).catch(
        async (error: unknown) => {
          if (isEnough) return;
          // What fails on an original that is away, or only half there, is no fault of the file.
          await assertWhole();
          throw error;
        },
      );
      processes.clear();
    }
    // Not before: a new title's first frame goes first.
    seekIndexes.warm(title);
    const seconds = (board.nowMs() - startedAtMs - reporter.suspendedMs(board.nowMs())) / 1000;
    noteSpeed(board, plan, missing, seconds);
    log.info({ missing: missing.map(describeChunk), seconds: Number(seconds.toFixed(2)) }, 'chunk done');
  }

  return {
    done: work().finally(reporter.close),
    cut(endSegment) {
      reporter.cut(endSegment);
      endWhenEnough();
    },
    setSuspended(isSuspended) {
      if (!reporter.setSuspended(isSuspended, board.nowMs())) return;
      standstill.end();
      if (isSuspended) standstill = beginStandstill(stop.signal);
      for (const running of processes) {
        if (isSuspended) running.suspend('preempted');
        else running.resume('preempted');
      }
    },
    cancel: (reason) => stop.abort(reason),
  };
}

/** Over when it is ended, or with the run. */
function beginStandstill(signal: AbortSignal): { isOver: Promise<void>; end(): void } {
  let end = (): void => {};
  const isOver = new Promise<void>((resolve) => {
    end = resolve;
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
  return { isOver, end };
}

/** A run of one rung tells how fast this machine makes it, start-up and sound included. */
function noteSpeed(board: WorkBoard, plan: Plan, missing: readonly Chunk[], wallSeconds: number): void {
  const [part] = missing;
  const rungs = part?.renditionIds.map((id) => findRendition(plan, id)).filter((rendition) => rendition.kind === 'video') ?? [];
  const [rung] = rungs;
  if (missing.length !== 1 || part === undefined || rung === undefined || rungs.length > 1) return;
  const { startTicks, endTicks } = chunkRange(plan.timeline, rung, part);
  board.learnSpeed(plan.titleId, rung.id, (endTicks - startTicks) / rung.timescale, wallSeconds);
}

/** The only way into the store: under a claim that still holds (I4), then the catalogue, then whoever waits. */
function createCommitter(
  settings: ChunkWorkerSettings,
  lease: ChunkLease,
  title: TitleRecord,
  reporter: RunReporter,
  onCommitted: () => void,
): SegmentCommitter {
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
      // Given up while it was made; the slower renditions of the run still bring what comes before.
      if (reporter.hasGivenUp(segment)) return;
      if (!(await queue.owns(lease, renditionId, segment))) {
        if (reporter.hasGivenUp(segment)) return;
        throw new AppError('claim_lost', 'Another worker has taken this work over.', { details: { titleId, renditionId, segment } });
      }
      const outcome = await store.putSegment(titleId, renditionId, segment, bytes);
      const isTwice = outcome === 'exists';
      if (isTwice) settings.log.warn({ title: titleId, rendition: renditionId, segment }, 'a segment was encoded that was there already');
      await catalogue.recordSegment(titleId, renditionId, segment, bytes.length);
      bus.publish({ type: 'segment', titleId, renditionId, segment, sizeBytes: bytes.length, cause: lease.cause, isTwice });
      reporter.committed(renditionId, segment);
      onCommitted();
    },
  };
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
