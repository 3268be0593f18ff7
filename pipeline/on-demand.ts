import { renditionRevision } from './catalogue/derive-state.ts';
import { readCommittedSegments } from './committed-segments.ts';
import { cutChunk } from './cut-chunk.ts';
import type { EventBus, PipelineEvent } from './event-bus.ts';
import type { Log } from './log.ts';
import type { Chunk, Plan } from './model/plan.ts';
import { ticksToSeconds, VIDEO_TIMESCALE } from './model/time.ts';
import { segmentCount } from './model/timeline/segments.ts';
import {
  type AheadSituation,
  covers,
  type KnownChunk,
  placeDemand,
  planLead,
  planPrefetch,
  rungsBeside,
  soundFor,
} from './model/work/place-demand.ts';
import type { RunReport } from './model/work/run-state.ts';
import type { ChunkCause, ChunkQueue } from './queue/chunk-queue.ts';
import type { SegmentStore } from './storage/segment-store.ts';
import { parseSegmentName } from './storage/stored-names.ts';
import type { WorkBoard } from './work-board.ts';

/** `refused`: it was tried, and cannot be made here. `left`: the wait was called off. */
export type WaitOutcome = 'ready' | 'past-end' | 'unknown' | 'timeout' | 'refused' | 'left';

export interface OnDemandSettings {
  store: SegmentStore;
  queue: ChunkQueue;
  bus: EventBus;
  board: WorkBoard;
  log: Log;
  waitMs: number;
}

export interface OnDemand {
  /** Waits for a planned file, having it encoded ahead of the rest where nobody is about to. Ending the signal ends the wait only. */
  waitForFile(titleId: string, renditionId: string, fileName: string, signal: AbortSignal): Promise<WaitOutcome>;
  /** A viewer was given a file that was there: what comes after it is kept ready. Resolves when that is queued; never rejects. */
  noteServed(titleId: string, renditionId: string, fileName: string): Promise<void>;
  /** Resolves when nobody who asked is still being seen to. */
  settled(): Promise<void>;
}

/** What a request asks for. */
interface Place {
  plan: Plan;
  renditionId: string;
  /** Of an init segment, the one that its viewer goes on with. */
  segment: number;
  fileName: string;
  isInit: boolean;
  /** Aborted when the client is gone. */
  signal: AbortSignal;
}

/** Forgotten, they are only looked at again (I10). */
const MOST_STRETCHES = 10_000;

/** A request for what is not there → the chunk that makes it; a viewer's place → the chunks that keep ahead of it. */
export function createOnDemand(settings: OnDemandSettings): OnDemand {
  const { store, queue, bus, board, log } = settings;
  const plans = createPlanMemory(store);
  /** One after the other for each title: the second viewer of a segment finds the first one's chunk. */
  const turns = new Map<string, Promise<void>>();
  /** Stretches of half a lead that somebody has entered: what comes after them is taken care of. */
  const ensured = new Set<string>();
  /** Renditions that were tried and cannot be made here, as those of another encoder: their viewers need not wait (refusalKey). */
  const refused = new Set<string>();

  bus.subscribe((event) => {
    if (event.type === 'segment-evicted' || event.type === 'chunk-cut') forgetEnsured(event.titleId);
    if (event.type === 'chunk' && (event.state === 'failed' || event.state === 'released')) forgetEnsured(event.titleId);
    if (event.type === 'chunk' && event.refused) {
      const revision = renditionRevision(event.chunk.renditionIds[0] ?? '');
      if (refused.size >= MOST_STRETCHES) refused.clear();
      for (const id of event.refused) refused.add(refusalKey({ titleId: event.titleId, revision }, id));
    }
    if (event.type === 'title-removed') {
      forgetEnsured(event.titleId);
      for (const key of refused) if (key.startsWith(`${event.titleId}/`)) refused.delete(key);
      plans.forget(event.titleId);
    }
  });

  function forgetEnsured(titleId: string): void {
    for (const key of ensured) if (key.startsWith(`${titleId}/`)) ensured.delete(key);
  }

  function inTurn<Result>(titleId: string, work: () => Promise<Result>): Promise<Result> {
    const mine = (turns.get(titleId) ?? Promise.resolve()).then(work);
    const settled = mine.then(
      () => {},
      () => {},
    );
    const last = settled.then(() => {
      if (turns.get(titleId) === last) turns.delete(titleId);
    });
    turns.set(titleId, last);
    return mine;
  }

  async function waitForFile(titleId: string, renditionId: string, fileName: string, signal: AbortSignal): Promise<WaitOutcome> {
    // A published plan never changes: what was made of an older one plays on (I11).
    const plan = await plans.read(titleId, renditionRevision(renditionId));
    if (!plan?.renditions.some((rendition) => rendition.id === renditionId)) return 'unknown';
    const isInit = fileName === 'init.mp4';
    const named = isInit ? placeOfNewRendition(titleId) : parseSegmentName(fileName);
    if (named === undefined) return 'unknown';
    const segment = isInit ? Math.min(named, segmentCount(plan.timeline) - 1) : named;
    if (segment >= segmentCount(plan.timeline)) return 'past-end';
    const place: Place = { plan, renditionId, segment, fileName, isInit, signal };
    const arrival = waitForArrival(place);
    let isWaiting = false;
    try {
      if (await store.statFile(titleId, renditionId, fileName)) return 'ready';
      const title = await store.readTitle(titleId);
      if (!title || title.error) return 'unknown';
      if (title.leftOut?.includes(renditionId) || refused.has(refusalKey(plan, renditionId))) return 'refused';
      isWaiting = true;
      tell(place, 'waiting');
      const found = findMaker(place, arrival.found).then(() => arrival.outcome);
      return await Promise.race([arrival.outcome, found]);
    } finally {
      arrival.cancel();
      if (isWaiting) tell(place, signal.aborted ? 'left' : 'answered');
    }
  }

  function tell({ plan: { titleId }, renditionId, segment }: Place, state: 'waiting' | 'answered' | 'left'): void {
    bus.publish({ type: 'demand', titleId, renditionId, segment, state });
  }

  /** Sees to it that somebody makes it. Before its turn comes, the client may have gone. */
  async function findMaker(place: Place, found: () => void): Promise<void> {
    const { plan, renditionId, segment, fileName, signal } = place;
    const { titleId } = plan;
    await inTurn(titleId, async () => {
      if (signal.aborted) return;
      // Stored by somebody who could not tell of it.
      if (await store.statFile(titleId, renditionId, fileName)) return found();
      await queueMissing(place);
      void keepAhead(plan, renditionId, segment);
    });
  }

  /** Who asks for an init segment goes on where the title was watched last: on another rung, or at the start. */
  function placeOfNewRendition(titleId: string): number {
    return board.demand().heads.find((head) => head.titleId === titleId)?.segment ?? 0;
  }

  /** Until the file is there, the title has ended, or the signal or the time says so. Who was to make it may fail or give it up. */
  function waitForArrival(place: Place): { outcome: Promise<WaitOutcome>; found(): void; cancel(): void } {
    const { plan, signal } = place;
    const { titleId } = plan;
    let settle = (_outcome: WaitOutcome): void => {};
    const outcome = new Promise<WaitOutcome>((resolve) => {
      settle = resolve;
    });
    const found = (): void => settle('ready');
    const leave = (): void => settle('left');
    const timer = setTimeout(() => settle('timeout'), settings.waitMs);
    const unsubscribe = bus.subscribe((event) => {
      if (isArrival(event, place)) found();
      else if (isEnd(event, titleId)) settle('unknown');
      else if (isRefusal(event, place)) settle('refused');
      else if (isGivenUp(event, place)) {
        findMaker(place, found).catch((error: unknown) => {
          log.warn({ title: titleId, err: error }, 'who makes a segment could not be looked up');
        });
      }
    });
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    return {
      outcome,
      found,
      cancel() {
        clearTimeout(timer);
        unsubscribe();
        signal.removeEventListener('abort', leave);
        leave();
      },
    };
  }

  async function queueMissing({ plan, renditionId, segment, isInit }: Place): Promise<void> {
    const situation = await lookAround(plan, renditionId, segment, board.leadSegments);
    // An init segment comes with any run of its rendition, before the first segment does.
    if (isInit && situation.known.some(({ run }) => run && !run.isSuspended && run.next[renditionId] !== undefined)) return;
    const placement = placeDemand(situation);
    if (placement?.kind !== 'queue') return;
    log.debug({ title: plan.titleId, rendition: renditionId, segment }, 'a viewer asks for what is not there');
    if (placement.cut) await cutChunk(settings, placement.cut.run, plan.revision, placement.cut.endSegment);
    await add(placement.chunk, 'demand');
  }

  /** The lead of whoever is at the segment, and the rungs beside it. Never fails: the next request tries again. */
  async function keepAhead(plan: Plan, renditionId: string, segment: number): Promise<void> {
    const { titleId } = plan;
    const stretch = Math.floor(segment / Math.max(1, Math.floor(board.leadSegments / 2)));
    const key = `${titleId}/${renditionId}/${stretch}`;
    if (ensured.has(key) || isBesideThePicture(plan, renditionId)) return;
    if (ensured.size >= MOST_STRETCHES) ensured.clear();
    ensured.add(key);
    try {
      await inTurn(titleId, async () => {
        const situation = await lookAround(plan, renditionId, segment, Math.ceil(board.leadSegments * 1.5));
        const lead = planLead(situation);
        for (const cut of lead?.cuts ?? []) await cutChunk(settings, cut.run, plan.revision, cut.endSegment);
        if (lead) await add(lead.chunk, 'lead');
        const prefetch = planPrefetch(situation);
        if (prefetch) await add(prefetch, 'prefetch');
      });
    } catch (error) {
      ensured.delete(key);
      log.warn({ title: titleId, rendition: renditionId, err: error }, 'what comes after a viewer could not be queued');
    }
  }

  async function lookAround(plan: Plan, renditionId: string, segment: number, ahead: number): Promise<AheadSituation> {
    const { titleId } = plan;
    const renditionIds = [renditionId, ...soundFor(plan, renditionId), ...rungsBeside(plan, renditionId)];
    const within = {
      renditionIds,
      firstSegment: Math.max(0, segment - 1),
      endSegment: Math.min(segment + 1 + ahead, segmentCount(plan.timeline)),
    };
    const [queued, committed] = [await queue.list(titleId), await readCommittedSegments(store, plan, within)];
    const known = queued.map((chunk): KnownChunk => ({ ...chunk, run: chunk.claimed ? board.run(chunk.id) : undefined }));
    const coldMs = coldSegmentMs(board.encodeSpeed(plan, renditionId), plan, segment);
    const suspendedRuns = board.runs().filter((run) => run.isSuspended).length;
    const { leadSegments } = board;
    return { plan, renditionId, segment, committed, known, nowMs: board.nowMs(), coldMs, leadSegments, suspendedRuns };
  }

  async function add(chunk: Chunk, cause: ChunkCause): Promise<void> {
    const { id } = await queue.add(chunk, cause);
    bus.publish({ type: 'chunk-queued', titleId: chunk.titleId, chunkId: id, cause });
  }

  async function follow(titleId: string, renditionId: string, segment: number): Promise<void> {
    const plan = await plans.read(titleId, renditionRevision(renditionId));
    if (plan) await keepAhead(plan, renditionId, segment);
  }

  return {
    waitForFile,
    async settled() {
      while (turns.size > 0) await Promise.all(turns.values());
    },
    async noteServed(titleId, renditionId, fileName) {
      const segment = parseSegmentName(fileName);
      if (segment === undefined) return;
      bus.publish({ type: 'demand', titleId, renditionId, segment, state: 'asked' });
      await follow(titleId, renditionId, segment).catch((error: unknown) => {
        log.warn({ title: titleId, err: error }, 'a viewer could not be followed');
      });
    },
  };
}

/** Until it was measured: what a rung of middle size takes on two cores, to start and for each second of film. */
const COLD_START_MS = 800;
const COLD_MS_PER_SECOND = 300;

function coldSegmentMs(speed: number | null, { timeline: { boundaries } }: Plan, segment: number): number {
  const seconds = ticksToSeconds((boundaries[segment + 1] ?? 0) - (boundaries[segment] ?? 0), VIDEO_TIMESCALE);
  return speed === null ? COLD_START_MS + COLD_MS_PER_SECOND * seconds : (1000 * seconds) / speed;
}

/** The main sound comes with the picture, and needs no lead of its own. */
function isBesideThePicture(plan: Plan, renditionId: string): boolean {
  const rung = plan.renditions.find(({ kind }) => kind === 'video');
  return rung !== undefined && soundFor(plan, rung.id).includes(renditionId);
}

/** Plans never change once they are published (I11): those in use are kept, so that no request reads one from the disk. */
function createPlanMemory(store: SegmentStore) {
  const MOST_PLANS = 64;
  const plans = new Map<string, Plan>();
  return {
    async read(titleId: string, revision: number): Promise<Plan | undefined> {
      const key = `${titleId}/${revision}`;
      const plan = plans.get(key) ?? (await store.readPlan(titleId, revision));
      plans.delete(key);
      if (plan === undefined) return undefined;
      plans.set(key, plan);
      if (plans.size > MOST_PLANS) plans.delete(plans.keys().next().value as string);
      return plan;
    },
    forget(titleId: string): void {
      for (const key of plans.keys()) if (key.startsWith(`${titleId}/`)) plans.delete(key);
    },
  };
}

function isArrival(event: PipelineEvent, { plan: { titleId }, renditionId, segment, isInit }: Place): boolean {
  if (event.type !== (isInit ? 'init' : 'segment') || event.titleId !== titleId || event.renditionId !== renditionId) return false;
  return event.type === 'init' || event.segment === segment;
}

/** An init segment is brought by any run of its rendition. */
function isOf({ chunk, titleId }: RunReport, { plan, renditionId, segment, isInit }: Place): boolean {
  if (titleId !== plan.titleId) return false;
  return isInit ? chunk.renditionIds.includes(renditionId) : covers(chunk, renditionId, segment);
}

/** Not when it was called off: who did that knows why. */
function isGivenUp(event: PipelineEvent, place: Place): boolean {
  if (event.type === 'chunk-cut') return event.titleId === place.plan.titleId && event.endSegment <= place.segment;
  return event.type === 'chunk' && (event.state === 'failed' || event.state === 'done') && isOf(event, place);
}

function isRefusal(event: PipelineEvent, place: Place): boolean {
  return event.type === 'chunk' && event.titleId === place.plan.titleId && event.refused?.includes(place.renditionId) === true;
}

function refusalKey({ titleId, revision }: Pick<Plan, 'titleId' | 'revision'>, renditionId: string): string {
  return `${titleId}/${revision}/${renditionId}`;
}

function isEnd(event: PipelineEvent, titleId: string): boolean {
  return (
    (event.type === 'title-removed' && event.titleId === titleId) ||
    (event.type === 'title' && event.titleId === titleId && event.state === 'failed')
  );
}
