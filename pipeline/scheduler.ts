import { nanoid } from 'nanoid';
import { progressOf } from './catalogue/derive-state.ts';
import { reindexTitle } from './catalogue/reindex.ts';
import { type ChunkWorkerSettings, createChunkWorker, describeChunk, LEASE_MS } from './chunk-worker.ts';
import { readCommittedSegments } from './committed-segments.ts';
import { type AppError, toAppError } from './errors.ts';
import { warmUpFfmpeg } from './ffmpeg/run-ffmpeg.ts';
import { planTitleChunks, withChunks } from './model/missing-chunks.ts';
import type { Chunk, Plan } from './model/plan.ts';
import { VIDEO_TIMESCALE } from './model/time.ts';
import type { ChunkCause, ChunkLease } from './queue/chunk-queue.ts';

export interface SchedulerSettings extends ChunkWorkerSettings {
  /** How much one background run encodes. */
  chunkSeconds: number;
  /** Runs at once for any work. One more is kept for viewers and new titles. */
  encoders: number;
  /** How often the queue is looked at although nobody told of work: leases of workers that died run out unheard. */
  heartbeatMs?: number;
  /** Told when a title's work failed for good. */
  onTitleFailed(titleId: string, error: AppError): Promise<void>;
}

export interface Scheduler {
  /** Queues all that a title lacks, derived from the store: its first chunk ahead of other titles' rest. */
  scheduleTitle(titleId: string): Promise<void>;
  /** Ends a title's work. Resolves when no process works on it any more. */
  dropTitle(titleId: string): Promise<void>;
  /** Cancels what runs; what was committed stays, the rest is derived anew at the next start. */
  close(): Promise<void>;
}

const TRIES = 3;
/** Why a run is aborted whose lease another worker may have. */
const LEASE_LOST = 'lease lost';
const URGENT: readonly ChunkCause[] = ['demand', 'first'];

interface Run {
  lease: ChunkLease;
  abort: AbortController;
  done: Promise<void>;
}

/** Gives queued chunks to as many encoders as fit the machine. */
export function startScheduler(settings: SchedulerSettings): Scheduler {
  const { store, catalogue, queue, bus, log } = settings;
  const warmUp = warmUpFfmpeg(settings.tools);
  const worker = createChunkWorker(settings);
  const workerId = nanoid(8);
  const failures = new Map<string, number>();
  const runs = new Set<Run>();
  let isClosed = false;
  /** Until the next heartbeat: the disk is full. */
  let isResting = false;
  let claiming: Promise<void> = Promise.resolve();

  const unsubscribe = bus.subscribe((event) => {
    if (event.type === 'chunk-queued') takeWork();
    // Removed by hand: nobody calls dropTitle.
    if (event.type === 'title-removed') {
      endWork(event.titleId).catch((error: unknown) => log.error({ title: event.titleId, err: error }, 'work could not be ended'));
    }
  });
  const heartbeat = setInterval(() => {
    isResting = false;
    takeWork();
  }, settings.heartbeatMs ?? LEASE_MS);

  /** One after the other: a claim must see the claims before it. With as many runs as encoders, only viewers and new titles get one more. */
  function takeWork(): void {
    claiming = claiming
      .then(async () => {
        while (!isClosed && !isResting && runs.size <= settings.encoders) {
          const lease = await queue.claim(workerId, LEASE_MS, runs.size < settings.encoders ? undefined : URGENT);
          if (!lease) return;
          start(lease);
        }
      })
      .catch((error: unknown) => log.error({ err: error }, 'the queue could not be read'));
  }

  function start(lease: ChunkLease): void {
    const abort = new AbortController();
    const done = run(lease, abort)
      .catch((error: unknown) => log.error({ title: lease.chunk.titleId, err: error }, 'the end of a chunk could not be recorded'))
      .finally(() => {
        runs.delete(started);
        takeWork();
      });
    const started: Run = { lease, abort, done };
    runs.add(started);
  }

  async function run(lease: ChunkLease, abort: AbortController): Promise<void> {
    const renewal = setInterval(() => void keep(lease, abort), LEASE_MS / 3);
    try {
      await worker.work(lease, abort.signal);
    } catch (error) {
      return await settle(lease, toAppError(error), abort.signal);
    } finally {
      clearInterval(renewal);
    }
    await queue.complete(lease);
    failures.delete(failureKey(lease.chunk));
    report(lease, 'done');
    await tellProgress(lease.chunk.titleId);
  }

  async function keep(lease: ChunkLease, abort: AbortController): Promise<void> {
    const isKept = await queue.renew(lease, LEASE_MS).catch(() => true);
    if (!isKept) abort.abort(LEASE_LOST);
  }

  /** A chunk that ended early: left to others, put back, or the title's failure. */
  async function settle(lease: ChunkLease, error: AppError, signal: AbortSignal): Promise<void> {
    const { chunk, cause } = lease;
    const { titleId } = chunk;
    const isLost = error.code === 'claim_lost' || signal.reason === LEASE_LOST;
    // Lost, the chunk stays in the queue: for the next who claims, or with the one who did. It is no fault of the file.
    if (!isLost) await queue.release(lease);
    if (isLost || signal.aborted || isClosed) return report(lease, 'released');
    const key = failureKey(chunk);
    const tries = (failures.get(key) ?? 0) + (error.code === 'disk_full' ? 0 : 1);
    failures.set(key, tries);
    log.warn({ title: titleId, chunk: describeChunk(chunk), tries, err: error, details: error.details }, 'chunk failed');
    report(lease, 'failed', error);
    if (error.code === 'disk_full') isResting = true;
    const title = await store.readTitle(titleId);
    if (!title || title.error) return;
    if (tries < TRIES) return add(chunk, cause);
    failures.delete(key);
    const plan = await store.readPlan(titleId);
    // That a viewer's segment of a replaced plan, or by another encoder, cannot be made here says nothing of the file.
    if (plan?.revision !== chunk.planRevision || plan.encoderFingerprint !== settings.tools.encoderFingerprint) return;
    await settings.onTitleFailed(titleId, error);
    await endWork(titleId, lease);
  }

  function report(lease: ChunkLease, state: 'done' | 'failed' | 'released', error?: AppError): void {
    const { id, cause, chunk } = lease;
    const progress = state === 'done' ? 1 : 0;
    const failure = error ? { error: error.message } : {};
    bus.publish({ type: 'chunk', titleId: chunk.titleId, chunkId: id, cause, state, progress, chunk, isSuspended: false, ...failure });
  }

  async function scheduleTitle(titleId: string): Promise<void> {
    const [title, plan] = [await store.readTitle(titleId), await store.readPlan(titleId)];
    if (!title || title.error || !plan || isClosed) return;
    // The queue first: what is committed between the two looks is then neither missing nor queued again.
    const queued = (await queue.list(titleId)).map(({ chunk }) => chunk);
    const taken = withChunks(await readCommittedSegments(store, plan), queued);
    const { start: first, rest } = planTitleChunks(plan, taken, segmentsPerChunk(plan, settings.chunkSeconds));
    for (const chunk of first) await add(chunk, 'first');
    for (const chunk of rest) await add(chunk, 'background');
    // Work that was queued before may wait for somebody to take it.
    takeWork();
    await tellProgress(titleId);
  }

  async function add(chunk: Chunk, cause: ChunkCause): Promise<void> {
    const { id } = await queue.add(chunk, cause);
    bus.publish({ type: 'chunk-queued', titleId: chunk.titleId, chunkId: id, cause });
  }

  /** When nothing is left to do, the store decides whether the title is complete (I5). */
  async function tellProgress(titleId: string): Promise<void> {
    if ((await queue.list(titleId)).length === 0) await reindexTitle({ store, catalogue, log }, titleId);
    const title = await catalogue.getTitle(titleId);
    if (!title) return;
    const { state, segmentsCommitted, segmentsPlanned } = title;
    bus.publish({ type: 'title', titleId, state, progress: progressOf(segmentsCommitted, segmentsPlanned) });
  }

  /** All that is queued or runs for a title, but for the run that asks. */
  async function endWork(titleId: string, except?: ChunkLease): Promise<void> {
    for (const key of failures.keys()) if (key.startsWith(`${titleId} `)) failures.delete(key);
    for (;;) {
      await queue.removeTitle(titleId);
      // What was claimed just before is a run after this.
      await claiming;
      const ended = [...runs].filter(({ lease }) => lease.chunk.titleId === titleId && lease !== except);
      for (const { abort } of ended) abort.abort();
      // A run that fails at the same time waits for this one: it is told to end, not waited for.
      if (except || ended.length === 0) break;
      await Promise.all(ended.map(({ done }) => done));
    }
    await settings.seekIndexes.forget(titleId);
  }

  return {
    scheduleTitle,
    dropTitle: (titleId) => endWork(titleId),
    async close() {
      isClosed = true;
      unsubscribe();
      clearInterval(heartbeat);
      await claiming;
      for (const { abort } of runs) abort.abort();
      await Promise.all([warmUp, ...[...runs].map(({ done }) => done)]);
    },
  };
}

function segmentsPerChunk({ timeline }: Plan, chunkSeconds: number): number {
  const { boundaries } = timeline;
  const longest = Math.max(...boundaries.slice(1).map((end, index) => end - (boundaries[index] ?? 0)));
  return Math.max(1, Math.round((chunkSeconds * VIDEO_TIMESCALE) / longest));
}

function failureKey(chunk: Chunk): string {
  return `${chunk.titleId} ${describeChunk(chunk)}`;
}
