import { renditionRevision } from './catalogue/derive-state.ts';
import { readCommittedSegments } from './committed-segments.ts';
import type { EventBus, PipelineEvent } from './event-bus.ts';
import type { Log } from './log.ts';
import { planMissingChunks } from './model/missing-chunks.ts';
import type { Chunk, Plan } from './model/plan.ts';
import { segmentCount } from './model/timeline/segments.ts';
import type { ChunkQueue, QueuedChunk } from './queue/chunk-queue.ts';
import type { SegmentStore } from './storage/segment-store.ts';
import { parseSegmentName } from './storage/stored-names.ts';

export type WaitOutcome = 'ready' | 'past-end' | 'unknown' | 'timeout';

export interface OnDemandSettings {
  store: SegmentStore;
  queue: ChunkQueue;
  bus: EventBus;
  log: Log;
  waitMs: number;
}

export interface OnDemand {
  /** Waits for a planned file, having it encoded ahead of the rest where nobody is about to. Ending the signal ends the wait only. */
  waitForFile(titleId: string, renditionId: string, fileName: string, signal: AbortSignal): Promise<WaitOutcome>;
}

/** A viewer who asks for a segment soon asks for the ones after it. */
const DEMAND_SEGMENTS = 3;

export function createOnDemand(settings: OnDemandSettings): OnDemand {
  const { store, queue, bus } = settings;
  /** One after the other for each title: the second viewer of a segment finds the first one's chunk. */
  const asking = new Map<string, Promise<void>>();

  async function waitForFile(titleId: string, renditionId: string, fileName: string, signal: AbortSignal): Promise<WaitOutcome> {
    // A published plan never changes: what was made of an older one plays on (I11).
    const plan = await store.readPlan(titleId, renditionRevision(renditionId));
    if (!plan?.renditions.some((rendition) => rendition.id === renditionId)) return 'unknown';
    const segment = fileName === 'init.mp4' ? undefined : parseSegmentName(fileName);
    if (fileName !== 'init.mp4' && segment === undefined) return 'unknown';
    if (segment !== undefined && segment >= segmentCount(plan.timeline)) return 'past-end';
    const arrival = waitForArrival(titleId, renditionId, segment, signal);
    try {
      if (await store.statFile(titleId, renditionId, fileName)) return 'ready';
      const title = await store.readTitle(titleId);
      if (!title || title.error) return 'unknown';
      await ask(plan, renditionId, segment);
      return await arrival.outcome;
    } finally {
      arrival.cancel();
    }
  }

  function waitForArrival(
    titleId: string,
    renditionId: string,
    segment: number | undefined,
    signal: AbortSignal,
  ): { outcome: Promise<WaitOutcome>; cancel(): void } {
    let cancel = (): void => {};
    const outcome = new Promise<WaitOutcome>((resolve) => {
      const finish = (): void => resolve('timeout');
      const timer = setTimeout(finish, settings.waitMs);
      const unsubscribe = bus.subscribe((event) => {
        if (isArrival(event, titleId, renditionId, segment)) resolve('ready');
        else if (isEnd(event, titleId)) resolve('unknown');
      });
      signal.addEventListener('abort', finish, { once: true });
      if (signal.aborted) finish();
      cancel = () => {
        clearTimeout(timer);
        unsubscribe();
        signal.removeEventListener('abort', finish);
        finish();
      };
    });
    return { outcome, cancel: () => cancel() };
  }

  function ask(plan: Plan, renditionId: string, segment: number | undefined): Promise<void> {
    const before = asking.get(plan.titleId) ?? Promise.resolve();
    const mine = before.then(() => queueDemand(plan, renditionId, segment));
    const settled = mine.catch(() => {});
    asking.set(plan.titleId, settled);
    void settled.then(() => asking.get(plan.titleId) === settled && asking.delete(plan.titleId));
    return mine;
  }

  async function queueDemand(plan: Plan, renditionId: string, wanted: number | undefined): Promise<void> {
    const others = await queue.list(plan.titleId);
    if (others.some((other) => isOnItsWay(other, renditionId, wanted))) return;
    const firstSegment = wanted ?? 0;
    const sound = soundFor(plan, renditionId).filter(
      (id) => !others.some(({ claimed, chunk }) => claimed && covers(chunk, id, firstSegment)),
    );
    const renditionIds = [renditionId, ...sound];
    // Whoever asks for an init segment shows by the next request where it wants to play.
    const longest = firstSegment + (wanted === undefined ? 1 : DEMAND_SEGMENTS);
    const endSegment = Math.min(longest, segmentCount(plan.timeline), nextClaimed(others, renditionIds, firstSegment));
    const within = { firstSegment, endSegment, renditionIds };
    const [chunk] = planMissingChunks(plan, await readCommittedSegments(store, plan, within), { within, maxSegments: DEMAND_SEGMENTS });
    if (!chunk) return;
    settings.log.debug({ title: plan.titleId, rendition: renditionId, segment: wanted ?? 'init' }, 'a viewer asks for what is not there');
    const { id } = await queue.add(chunk, 'demand');
    bus.publish({ type: 'chunk-queued', titleId: plan.titleId, chunkId: id, cause: 'demand' });
  }

  return { waitForFile };
}

/** Being encoded, or queued ahead of the background. An init segment comes with any chunk of its rendition. */
function isOnItsWay(
  { chunk, claimed, cause }: QueuedChunk & { claimed: boolean },
  renditionId: string,
  segment: number | undefined,
): boolean {
  const brings = segment === undefined ? chunk.renditionIds.includes(renditionId) : covers(chunk, renditionId, segment);
  return brings && (claimed || cause !== 'background');
}

function covers(chunk: Chunk, renditionId: string, segment: number): boolean {
  return chunk.renditionIds.includes(renditionId) && chunk.firstSegment <= segment && segment < chunk.endSegment;
}

/** A demand chunk ends where somebody else is at work already. */
function nextClaimed(others: readonly (QueuedChunk & { claimed: boolean })[], renditionIds: readonly string[], segment: number): number {
  const starts = others
    .filter(({ claimed, chunk }) => claimed && chunk.firstSegment > segment && chunk.renditionIds.some((id) => renditionIds.includes(id)))
    .map((other) => other.chunk.firstSegment);
  return Math.min(Number.POSITIVE_INFINITY, ...starts);
}

/** A picture is asked for together with the sound that goes with it. */
function soundFor(plan: Plan, renditionId: string): string[] {
  if (plan.renditions.find((rendition) => rendition.id === renditionId)?.kind !== 'video') return [];
  const sounds = plan.renditions.filter((rendition) => rendition.kind === 'audio');
  const main = sounds.find((rendition) => rendition.isDefault) ?? sounds[0];
  return main ? [main.id] : [];
}

function isArrival(event: PipelineEvent, titleId: string, renditionId: string, segment: number | undefined): boolean {
  if (event.type === 'init') return segment === undefined && event.titleId === titleId && event.renditionId === renditionId;
  return event.type === 'segment' && event.titleId === titleId && event.renditionId === renditionId && event.segment === segment;
}

function isEnd(event: PipelineEvent, titleId: string): boolean {
  return (
    (event.type === 'title-removed' && event.titleId === titleId) ||
    (event.type === 'title' && event.titleId === titleId && event.state === 'failed')
  );
}
