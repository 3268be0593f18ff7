import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { createLocalEventBus, type PipelineEvent } from '../../pipeline/event-bus.ts';
import { createLog } from '../../pipeline/log.ts';
import type { Chunk, Plan } from '../../pipeline/model/plan.ts';
import { createOnDemand, type WaitOutcome } from '../../pipeline/on-demand.ts';
import type { ChunkCause } from '../../pipeline/queue/chunk-queue.ts';
import { openSqliteChunkQueue } from '../../pipeline/queue/sqlite-chunk-queue.ts';
import { createFsSegmentStore } from '../../pipeline/storage/fs-segment-store.ts';
import { createWorkBoard } from '../../pipeline/work-board.ts';
import { bytesOf, temporaryFolder, titlePlan, titleRecord } from '../conformance/fixtures.ts';

export const LEASE_MS = 60_000;
export const LEAD = 4;
export const EVERYTHING = ['v360', 'a1'];

/** Two rungs and a sound, twenty segments of a second. */
export function wholePlan(revision = 0): Plan {
  const plan = titlePlan('film', { revision, segments: 20 });
  const [v360, a1] = plan.renditions;
  return { ...plan, renditions: [{ ...v360!, id: v360!.id.replace('360', '720') }, v360!, a1!] };
}

export async function home({ waitMs = LEASE_MS, plan = wholePlan() } = {}) {
  const clock = { nowMs: 1_000_000 };
  const folder = temporaryFolder();
  const store = createFsSegmentStore({ root: join(folder, 'streams') });
  const queue = await openSqliteChunkQueue({ path: join(folder, 'queue.sqlite') });
  onTestFinished(() => queue.close());
  await store.writeTitle(titleRecord('film', { planRevision: plan.revision }));
  await store.writePlan(plan);
  const bus = createLocalEventBus((error) => {
    throw error;
  });
  const events: PipelineEvent[] = [];
  bus.subscribe((event) => events.push(event));
  const board = createWorkBoard({ bus, leadSegments: LEAD, idleMs: 60_000, doubtMs: 5_000, nowMs: () => clock.nowMs });
  const { waitForFile, noteServed, settled } = createOnDemand({ store, queue, bus, board, log: createLog('silent'), waitMs });

  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  const waits: Promise<WaitOutcome>[] = [];
  onTestFinished(async () => {
    ending.abort();
    await Promise.all(waits);
  });

  const untilEvent = (isIt: (event: PipelineEvent) => boolean): Promise<void> =>
    new Promise((resolve) => {
      bus.subscribe((event) => isIt(event) && resolve());
    });
  /** Resolves when something is queued for a viewer from now on. */
  const untilQueued = () => untilEvent((event) => event.type === 'chunk-queued' && event.cause === 'demand');

  return {
    ...{ store, queue, bus, board, events, clock, untilQueued, settled },
    waitForFile: (renditionId: string, fileName: string, signal: AbortSignal = ending.signal, titleId = 'film') => {
      const wait = waitForFile(titleId, renditionId, fileName, signal);
      waits.push(wait);
      return wait;
    },
    /** Asks for what nobody makes; resolves once it is queued, with the wait in an object, so that it is not awaited too. */
    async startWaiting(renditionId: string, fileName: string, signal: AbortSignal = ending.signal) {
      const queued = untilQueued();
      const outcome = waitForFile('film', renditionId, fileName, signal);
      waits.push(outcome);
      await queued;
      return { outcome };
    },
    /** Asks and answers what is queued then; the wait goes on. */
    async ask(renditionId: string, fileName: string) {
      const before = await queue.list();
      const waiting = untilEvent((event) => event.type === 'demand' && event.state === 'waiting');
      const wait = waitForFile('film', renditionId, fileName, ending.signal);
      waits.push(wait);
      await waiting;
      await settled();
      const ids = new Set(before.map(({ id }) => id));
      const added = (await queue.list()).filter(({ id, cause }) => cause === 'demand' && !ids.has(id));
      return added.map(({ cause, chunk }) => ({ cause, ...rectangle(chunk) }));
    },
    /** A viewer was given the segment: answers what is queued to keep ahead. */
    async asked(renditionId: string, segment: number) {
      const ids = new Set((await queue.list()).map(({ id }) => id));
      await noteServed('film', renditionId, `${segment}.m4s`);
      const added = (await queue.list()).filter(({ id, cause }) => cause !== 'background' && !ids.has(id));
      return added.map(({ cause, chunk }) => ({ cause, ...rectangle(chunk) }));
    },
    /** A chunk that somebody encodes and tells of; `report` says up to where it has come. */
    async run(cause: ChunkCause, firstSegment: number, endSegment: number, renditionIds = EVERYTHING) {
      const { id } = await queue.add({ titleId: 'film', planRevision: plan.revision, renditionIds, firstSegment, endSegment }, cause);
      const lease = (await queue.claim('other', LEASE_MS))!;
      expect(lease.id).toBe(id);
      const report = (at: number) =>
        bus.publish({
          ...{ type: 'chunk', state: 'started', chunkId: id, titleId: 'film', cause, chunk: { renditionIds, firstSegment, endSegment } },
          next: Object.fromEntries(renditionIds.map((each) => [each, at])),
          ...{ isSuspended: false, progress: 0 },
        });
      report(firstSegment);
      return { lease, report };
    },
    async add(cause: ChunkCause, firstSegment: number, endSegment: number, renditionIds = EVERYTHING) {
      return queue.add({ titleId: 'film', planRevision: plan.revision, renditionIds, firstSegment, endSegment }, cause);
    },
    async commit(renditionId: string, segment: number) {
      await store.putSegment('film', renditionId, segment, bytesOf('segment'));
      bus.publish({ type: 'segment', titleId: 'film', renditionId, segment, sizeBytes: 7, cause: 'background', isTwice: false });
    },
  };
}

export function rectangle({ renditionIds, firstSegment, endSegment }: Chunk) {
  return { renditionIds, firstSegment, endSegment };
}
