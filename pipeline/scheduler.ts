import { setImmediate } from 'node:timers/promises';
import { nanoid } from 'nanoid';
import type { BackgroundControl } from './background-control.ts';
import { reindexTitle } from './catalogue/reindex.ts';
import { tellTitle } from './catalogue/tell-title.ts';
import { type ChunkRun, type ChunkWorkerSettings, describeChunk, LEASE_MS, startChunkRun } from './chunk-worker.ts';
import { readCommittedSegments } from './committed-segments.ts';
import { cutChunk } from './cut-chunk.ts';
import { type AppError, toAppError } from './errors.ts';
import { warmUpFfmpeg } from './ffmpeg/run-ffmpeg.ts';
import { leaveOut } from './leave-out.ts';
import { planTitleChunks, withChunks } from './model/missing-chunks.ts';
import { offeredPlan } from './model/offered-plan.ts';
import type { Chunk, Plan } from './model/plan.ts';
import { VIDEO_TIMESCALE } from './model/time.ts';
import { type ArrangedRun, arrangeRuns, type Capacity, startableCauses } from './model/work/arrange-runs.ts';
import { endOfBegun, type RunState } from './model/work/run-state.ts';
import type { ChunkCause, ChunkLease } from './queue/chunk-queue.ts';
import type { TitleProblems } from './title-problems.ts';

export interface SchedulerSettings extends ChunkWorkerSettings {
  /** How much one background run encodes. */
  chunkSeconds: number;
  capacity: Capacity;
  background: BackgroundControl;
  problems: TitleProblems;
  /** How often the queue is looked at although nobody told of work: leases of workers that died run out unheard. */
  heartbeatMs?: number;
  /** Told when a title's work failed for good. */
  onTitleFailed(titleId: string, error: AppError): Promise<void>;
}

export interface Scheduler {
  /**
   * Queues all that a title lacks, derived from the store: its first chunk ahead of other titles' rest, but where the disk is
   * full and the title is not new: there it was evicted.
   */
  scheduleTitle(titleId: string, options: { isNew: boolean }): Promise<void>;
  /** Ends a title's work. Resolves when no process works on it any more. */
  dropTitle(titleId: string): Promise<void>;
  /** Cancels what runs; what was committed stays, the rest is derived anew at the next start. */
  close(): Promise<void>;
}

const TRIES = 3;
/** SQLite answers at once: without a pause now and then, nobody would be served while a day's recording is queued. */
const CHUNKS_IN_ONE_GO = 64;
const HEARTBEAT_MS = 1_000;
/** Encoders that stand still for more urgent work. */
const MOST_STOPPED = 2;
/** Why a run is cancelled whose lease another worker may have. */
const LEASE_LOST = 'lease lost';

interface Run {
  lease: ChunkLease;
  work: ChunkRun;
  isCancelled: boolean;
  isLeaseLost: boolean;
  /** Since when more urgent work keeps it from going on. */
  preemptedSinceMs: number | undefined;
  done: Promise<void>;
}

/** Gives queued chunks to as many encoders as fit the machine, the most urgent first, and lets them pass those that run. */
export function startScheduler(settings: SchedulerSettings): Scheduler {
  const { store, catalogue, queue, bus, board, background, problems, capacity, log } = settings;
  const warmUp = warmUpFfmpeg(settings.tools);
  const workerId = nanoid(8);
  const failures = new Map<string, number>();
  const runs = new Map<string, Run>();
  /** When background work went on last. */
  let backgroundAtMs = board.nowMs();
  let isClosed = false;
  let turn: Promise<void> = Promise.resolve();
  let isTurnAsked = false;

  const unsubscribe = bus.subscribe((event) => {
    // What was there is only asked for: that changes nothing before the next heartbeat, and comes with every segment served.
    const isWaiting = event.type === 'demand' && event.state === 'waiting';
    if (event.type === 'chunk-queued' || event.type === 'background' || isWaiting) arrangeSoon();
    if (event.type === 'segment') problems.clear(event.titleId);
    if (event.type === 'chunk-cut') runs.get(event.chunkId)?.work.cut(event.endSegment);
    // Removed by hand: nobody calls dropTitle.
    if (event.type === 'title-removed') {
      endWork(event.titleId).catch((error: unknown) => log.error({ title: event.titleId, err: error }, 'work could not be ended'));
    }
  });
  const heartbeat = setInterval(arrangeSoon, settings.heartbeatMs ?? HEARTBEAT_MS);

  /** One after the other: a claim must see the claims before it. What is asked for while one is waiting is done by that one. */
  function arrangeSoon(): void {
    if (isTurnAsked || isClosed) return;
    isTurnAsked = true;
    turn = turn
      .then(async () => {
        isTurnAsked = false;
        await arrange();
      })
      .catch((error: unknown) => log.error({ err: error }, 'the queue could not be read'));
  }

  async function arrange(): Promise<void> {
    suspendAndResume();
    await endNeedless();
    while (!isClosed) {
      const causes = startableCauses(arranged(), capacity, { mayRun: background.mayRun(), idleMs: board.nowMs() - backgroundAtMs });
      const resting = problems.resting();
      if (causes.length === 0 || resting === 'every') return;
      const lease = await queue.claim(workerId, LEASE_MS, causes, resting);
      if (!lease) return;
      if (isForNobody(lease)) {
        await queue.release(lease);
        report(lease, 'released');
        // Whatever was in the way of it is in nobody's.
        problems.clear(lease.chunk.titleId);
      } else {
        await endPredecessor(lease);
        start(lease);
        suspendAndResume();
      }
    }
  }

  /**
   * Work that has lost its viewers, or that is paused, ends with the segments it has begun; where many encoders have been stopped
   * for more urgent work, at once: they cost memory (I10).
   */
  async function endNeedless(): Promise<void> {
    const isCrowded = [...runs.values()].filter(({ preemptedSinceMs }) => preemptedSinceMs !== undefined).length > MOST_STOPPED;
    for (const { lease, preemptedSinceMs } of runs.values()) {
      const state = board.run(lease.id);
      if (!state) continue;
      const { level } = board.urgencyOf(state);
      const isPaused = ['later', 'beside', 'copying'].includes(level) && !background.mayRun();
      if (level !== 'nobody' && !isPaused) continue;
      const isInTheWay = isCrowded && level === 'nobody' && preemptedSinceMs !== undefined;
      const end = isInTheWay ? Math.min(...Object.values(state.next)) : endOfBegun(state);
      if (end < state.chunk.endSegment) await cutChunk({ queue, bus }, state, lease.chunk.planRevision, end);
    }
  }

  function suspendAndResume(): void {
    const all = arranged();
    const { goOn, preempted } = arrangeRuns(all, capacity, board.nowMs());
    if (all.some(({ chunkId, urgency }) => urgency.level === 'later' && goOn.includes(chunkId))) backgroundAtMs = board.nowMs();
    for (const [id, run] of runs) {
      run.preemptedSinceMs = preempted.includes(id) ? (run.preemptedSinceMs ?? board.nowMs()) : undefined;
      run.work.setSuspended(!goOn.includes(id));
    }
  }

  function arranged(): ArrangedRun[] {
    return [...runs].map(([chunkId, { lease, preemptedSinceMs }]) => {
      return { chunkId, urgency: board.urgencyOf(board.run(chunkId) ?? asNotBegun(lease)), preemptedSinceMs };
    });
  }

  function isForNobody(lease: ChunkLease): boolean {
    return board.urgencyOf(asNotBegun(lease)).level === 'nobody';
  }

  /** A machine that slept has lost its leases to itself: the run under the old one ends before the new one begins. */
  async function endPredecessor(lease: ChunkLease): Promise<void> {
    const run = runs.get(lease.id);
    if (run === undefined) return;
    run.isLeaseLost = true;
    run.work.cancel(LEASE_LOST);
    await run.done;
  }

  function start(lease: ChunkLease): void {
    const work = startChunkRun(settings, lease);
    const run: Run = { lease, work, isCancelled: false, isLeaseLost: false, preemptedSinceMs: undefined, done: Promise.resolve() };
    runs.set(lease.id, run);
    run.done = follow(run)
      .catch((error: unknown) => log.error({ title: lease.chunk.titleId, err: error }, 'the end of a chunk could not be recorded'))
      .finally(() => {
        forget(run);
        arrangeSoon();
      });
  }

  /** What has ended is neither stopped nor told of. */
  function forget(run: Run): void {
    if (runs.get(run.lease.id) === run) runs.delete(run.lease.id);
  }

  async function follow(run: Run): Promise<void> {
    const { lease, work } = run;
    const renewal = setInterval(() => void keep(run), LEASE_MS / 3);
    try {
      await work.done;
    } catch (error) {
      return await settle(run, toAppError(error));
    } finally {
      clearInterval(renewal);
    }
    try {
      await queue.complete(lease);
    } finally {
      forget(run);
      report(lease, 'done');
    }
    failures.delete(failureKey(lease.chunk));
    problems.clear(lease.chunk.titleId);
    await tellProgress(lease.chunk.titleId);
  }

  async function keep(run: Run): Promise<void> {
    const isKept = await queue.renew(run.lease, LEASE_MS).catch(() => true);
    if (isKept) return;
    run.isLeaseLost = true;
    run.work.cancel(LEASE_LOST);
  }

  function cancel(run: Run): void {
    run.isCancelled = true;
    run.work.cancel();
  }

  /** A chunk that ended early: left to others, put back, or the title's failure. */
  async function settle({ lease, isCancelled, isLeaseLost }: Run, error: AppError): Promise<void> {
    // Lost, the chunk stays in the queue: for the next who claims, or with the one who did. It is no fault of the file.
    const isLost = error.code === 'claim_lost' || isLeaseLost;
    const isNoFailure = isLost || isCancelled || isClosed;
    const { titleId, renditionIds } = lease.chunk;
    const isCopyRefused = !isNoFailure && error.code === 'not_copyable' && !(await store.readTitle(titleId))?.isCopyRefused;
    let refused: string[] = [];
    try {
      // Before it leaves the queue: what is put back stands where it stood.
      if (isCopyRefused) refused = await refuseCopies(lease, error);
      else if (!isNoFailure && !(await putBack(lease, error)) && !(await failTitle(lease, error))) refused = renditionIds;
      if (!isLost) await queue.release(lease);
    } finally {
      // Last: who waited for it looks at what became of it.
      if (isNoFailure) report(lease, 'released');
      else report(lease, 'failed', error, refused);
    }
    if (isCopyRefused) bus.publish({ type: 'copy-refused', titleId });
    else if (refused.length > 0) await tellProgress(titleId);
  }

  /** No fault of the file: there will be a plan in which its pictures are encoded. Answers the renditions that are left without segments. */
  async function refuseCopies({ chunk: { titleId, planRevision, renditionIds } }: ChunkLease, error: AppError): Promise<string[]> {
    log.warn({ title: titleId, err: error }, 'the pictures of a title cannot be copied');
    const plan = await store.readPlan(titleId, planRevision);
    const copied = plan?.renditions.filter((rendition) => rendition.kind === 'video' && rendition.copied).map(({ id }) => id);
    return renditionIds.filter((id) => copied?.includes(id));
  }

  /** False when it was tried often enough. */
  async function putBack({ id, chunk, cause }: ChunkLease, error: AppError): Promise<boolean> {
    const { titleId } = chunk;
    // The machine's trouble, not the file's: it is tried until it is over.
    const isNews = error.retryable ? problems.note(titleId, error) : true;
    log[isNews ? 'warn' : 'debug']({ title: titleId, chunk: describeChunk(chunk), err: error, details: error.details }, 'chunk failed');
    const key = failureKey(chunk);
    const tries = error.retryable ? 0 : (failures.get(key) ?? 0) + 1;
    failures.set(key, tries);
    const title = await store.readTitle(titleId);
    if (tries >= TRIES || !title || title.error) {
      failures.delete(key);
      return false;
    }
    // What it gave up before waits in the queue already.
    const left = { ...chunk, endSegment: board.run(id)?.chunk.endSegment ?? chunk.endSegment };
    if (left.firstSegment < left.endSegment) await add(left, cause, id);
    return true;
  }

  /** False when that a chunk cannot be made is not its title's failure. */
  async function failTitle(lease: ChunkLease, error: AppError): Promise<boolean> {
    const { titleId, planRevision } = lease.chunk;
    const [title, plan] = [await store.readTitle(titleId), await store.readPlan(titleId)];
    // That a viewer's segment of a replaced plan, or by another encoder, cannot be made here says nothing of the file.
    const isOwn = plan?.revision === planRevision && plan.encoderFingerprint === settings.tools.encoderFingerprint;
    if (!title || title.error || !isOwn) return false;
    if (await leaveOut(settings, title, plan, lease.chunk)) {
      await tellTitle(settings, titleId);
      return false;
    }
    await settings.onTitleFailed(titleId, error);
    await endWork(titleId, lease);
    return true;
  }

  function report(lease: ChunkLease, state: 'done' | 'failed' | 'released', error?: AppError, refused: string[] = []): void {
    const { id: chunkId, cause, chunk } = lease;
    const { titleId, renditionIds, firstSegment, endSegment } = chunk;
    const last = board.run(chunkId) ?? { chunk: { renditionIds, firstSegment, endSegment }, next: {}, progress: 0 };
    bus.publish({
      ...{ type: 'chunk', titleId, chunkId, cause, state, chunk: last.chunk, next: last.next, isSuspended: false },
      progress: state === 'done' ? 1 : last.progress,
      ...(error ? { error: error.message } : {}),
      ...(refused.length > 0 ? { refused } : {}),
    });
  }

  async function scheduleTitle(titleId: string, { isNew }: { isNew: boolean }): Promise<void> {
    const [title, whole] = [await store.readTitle(titleId), await store.readPlan(titleId)];
    if (!title || title.error || !whole || isClosed) return;
    const plan = offeredPlan(whole, title);
    // The queue first: what is committed between the two looks is then neither missing nor queued again.
    const queued = (await queue.list(titleId)).map(({ chunk }) => chunk);
    const taken = withChunks(await readCommittedSegments(store, plan), queued);
    const { start: first, copies, rest, further } = planTitleChunks(plan, taken, segmentsPerChunk(plan, settings.chunkSeconds));
    const isFirstUrgent = isNew || background.view().state !== 'disk';
    for (const chunk of first) await add(chunk, isFirstUrgent ? 'first' : 'background');
    for (const chunk of copies) await add(chunk, 'copy');
    const later = [
      ...rest.map((chunk) => ({ chunk, cause: 'background' as const })),
      ...further.map((chunk) => ({ chunk, cause: 'further' as const })),
    ];
    for (const [index, { chunk, cause }] of later.entries()) {
      await add(chunk, cause);
      if (index % CHUNKS_IN_ONE_GO < CHUNKS_IN_ONE_GO - 1) continue;
      await setImmediate();
      // Meanwhile it may have failed, or been removed.
      const now = await store.readTitle(titleId);
      if (isClosed || !now || now.error) return;
    }
    // Work that was queued before may wait for somebody to take it.
    arrangeSoon();
    await tellProgress(titleId);
  }

  async function add(chunk: Chunk, cause: ChunkCause, inPlaceOf?: string): Promise<void> {
    const { id } = await queue.add(chunk, cause, inPlaceOf);
    bus.publish({ type: 'chunk-queued', titleId: chunk.titleId, chunkId: id, cause });
  }

  /** When nothing is left to do, the store decides whether the title is complete (I5). */
  async function tellProgress(titleId: string): Promise<void> {
    if ((await queue.list(titleId)).length === 0) await reindexTitle({ store, catalogue, log }, titleId);
    await tellTitle(settings, titleId);
  }

  /** All that is queued or runs for a title, but for the run that asks. */
  async function endWork(titleId: string, except?: ChunkLease): Promise<void> {
    for (const key of failures.keys()) if (key.startsWith(`${titleId} `)) failures.delete(key);
    problems.clear(titleId);
    for (;;) {
      await queue.removeTitle(titleId);
      // What was claimed just before is a run after this.
      await turn;
      const ended = [...runs.values()].filter(({ lease }) => lease.chunk.titleId === titleId && lease !== except);
      for (const run of ended) cancel(run);
      // A run that fails at the same time waits for this one: it is told to end, not waited for.
      if (except || ended.length === 0) break;
      await Promise.all(ended.map(({ done }) => done));
    }
    settings.movieTables.forget(titleId);
    await settings.seekIndexes.forget(titleId);
  }

  return {
    scheduleTitle,
    dropTitle: (titleId) => endWork(titleId),
    async close() {
      isClosed = true;
      unsubscribe();
      clearInterval(heartbeat);
      await turn;
      for (const run of runs.values()) cancel(run);
      await Promise.all([warmUp, ...[...runs.values()].map(({ done }) => done)]);
    },
  };
}

/** A chunk as it is before its run has said anything. */
function asNotBegun({ chunk, cause }: Pick<ChunkLease, 'chunk' | 'cause'>): Pick<RunState, 'titleId' | 'cause' | 'chunk' | 'next'> {
  const next = Object.fromEntries(chunk.renditionIds.map((id) => [id, chunk.firstSegment]));
  return { titleId: chunk.titleId, cause, chunk, next };
}

function segmentsPerChunk({ timeline }: Plan, chunkSeconds: number): number {
  const { boundaries } = timeline;
  const longest = Math.max(...boundaries.slice(1).map((end, index) => end - (boundaries[index] ?? 0)));
  return Math.max(1, Math.round((chunkSeconds * VIDEO_TIMESCALE) / longest));
}

function failureKey(chunk: Chunk): string {
  return `${chunk.titleId} ${describeChunk(chunk)}`;
}
