import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createLocalEventBus, type PipelineEvent } from '../../pipeline/event-bus.ts';
import { createLog } from '../../pipeline/log.ts';
import type { Chunk, Plan } from '../../pipeline/model/plan.ts';
import { createOnDemand, type WaitOutcome } from '../../pipeline/on-demand.ts';
import type { ChunkCause } from '../../pipeline/queue/chunk-queue.ts';
import { openSqliteChunkQueue } from '../../pipeline/queue/sqlite-chunk-queue.ts';
import { createFsSegmentStore } from '../../pipeline/storage/fs-segment-store.ts';
import { bytesOf, temporaryFolder, titlePlan, titleRecord } from '../conformance/fixtures.ts';

const LEASE_MS = 60_000;
const EVERYTHING = ['v360', 'a1'];

/** Two rungs and a sound, twenty segments of a second. */
function wholePlan(revision = 0): Plan {
  const plan = titlePlan('film', { revision, segments: 20 });
  const [v360, a1] = plan.renditions;
  return { ...plan, renditions: [{ ...v360!, id: v360!.id.replace('360', '720') }, v360!, a1!] };
}

async function home({ waitMs = LEASE_MS, plan = wholePlan() } = {}) {
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
  const { waitForFile } = createOnDemand({ store, queue, bus, log: createLog('silent'), waitMs });

  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  const waits: Promise<WaitOutcome>[] = [];
  onTestFinished(async () => {
    ending.abort();
    await Promise.all(waits);
  });

  return {
    ...{ store, queue, bus, events },
    waitForFile: (renditionId: string, fileName: string, signal: AbortSignal = ending.signal, titleId = 'film') => {
      const wait = waitForFile(titleId, renditionId, fileName, signal);
      waits.push(wait);
      return wait;
    },
    /** Asks for what nobody makes; resolves once it is queued, with the wait in an object, so that it is not awaited too. */
    async startWaiting(renditionId: string, fileName: string, signal: AbortSignal = ending.signal) {
      const queued = new Promise<void>((resolve) => {
        bus.subscribe((event) => event.type === 'chunk-queued' && resolve());
      });
      const outcome = waitForFile('film', renditionId, fileName, signal);
      waits.push(outcome);
      await queued;
      return { outcome };
    },
    /** Asks and answers what is queued then; the wait goes on. */
    async ask(renditionId: string, fileName: string) {
      const before = await queue.list();
      const wait = waitForFile('film', renditionId, fileName, ending.signal);
      waits.push(wait);
      // Whoever asks next waits for this one's turn.
      await waitForFile('film', renditionId, fileName, AbortSignal.abort());
      const ids = new Set(before.map(({ id }) => id));
      return (await queue.list()).filter(({ id }) => !ids.has(id)).map(({ cause, chunk }) => ({ cause, ...rectangle(chunk) }));
    },
    async add(cause: ChunkCause, firstSegment: number, endSegment: number, renditionIds = EVERYTHING) {
      return queue.add({ titleId: 'film', planRevision: plan.revision, renditionIds, firstSegment, endSegment }, cause);
    },
    async commit(renditionId: string, segment: number) {
      await store.putSegment('film', renditionId, segment, bytesOf('segment'));
      bus.publish({ type: 'segment', titleId: 'film', renditionId, segment, sizeBytes: 7, cause: 'background' });
    },
  };
}

function rectangle({ renditionIds, firstSegment, endSegment }: Chunk) {
  return { renditionIds, firstSegment, endSegment };
}

describe('a segment that nobody makes', () => {
  test('is queued ahead of the rest, with those after it and the sound', async () => {
    const { ask, events } = await home();
    expect(await ask('v720', '7.m4s')).toEqual([{ cause: 'demand', renditionIds: ['v720', 'a1'], firstSegment: 7, endSegment: 10 }]);
    expect(events).toEqual([{ type: 'chunk-queued', titleId: 'film', chunkId: expect.any(String), cause: 'demand' }]);
  });

  test('of the sound is queued without a picture', async () => {
    const { ask } = await home();
    expect(await ask('a1', '7.m4s')).toEqual([{ cause: 'demand', renditionIds: ['a1'], firstSegment: 7, endSegment: 10 }]);
  });

  test('is queued alone where it is the last', async () => {
    const { ask } = await home();
    expect(await ask('v720', '19.m4s')).toMatchObject([{ firstSegment: 19, endSegment: 20 }]);
  });

  test('is queued although the background will come to it', async () => {
    const { ask, add } = await home();
    await add('background', 0, 20);
    expect(await ask('v360', '7.m4s')).toMatchObject([{ cause: 'demand', firstSegment: 7, endSegment: 10 }]);
  });

  test('is queued up to what is there already', async () => {
    const { ask, commit } = await home();
    await commit('v360', 9);
    await commit('a1', 9);
    expect(await ask('v360', '7.m4s')).toMatchObject([{ renditionIds: EVERYTHING, firstSegment: 7, endSegment: 9 }]);
  });

  test('is queued without a sound that is there already', async () => {
    const { ask, commit } = await home();
    for (const segment of [7, 8, 9]) await commit('a1', segment);
    expect(await ask('v360', '7.m4s')).toMatchObject([{ renditionIds: ['v360'], firstSegment: 7, endSegment: 10 }]);
  });

  test('is queued up to what others are at work on', async () => {
    const { ask, add, queue } = await home();
    await add('background', 9, 14);
    await queue.claim('other', LEASE_MS);
    expect(await ask('v360', '7.m4s')).toMatchObject([{ renditionIds: EVERYTHING, firstSegment: 7, endSegment: 9 }]);
  });

  test('is queued without a sound that others are at work on', async () => {
    const { ask, add, queue } = await home();
    await add('first', 6, 9);
    await queue.claim('other', LEASE_MS);
    expect(await ask('v720', '7.m4s')).toMatchObject([{ renditionIds: ['v720'], firstSegment: 7, endSegment: 10 }]);
  });

  test('is queued whatever is made of other titles', async () => {
    const { ask, queue } = await home();
    await queue.add({ titleId: 'other', planRevision: 0, renditionIds: EVERYTHING, firstSegment: 0, endSegment: 20 }, 'demand');
    expect(await ask('v360', '7.m4s')).toMatchObject([{ renditionIds: EVERYTHING, firstSegment: 7, endSegment: 10 }]);
  });

  test('of a replaced plan is queued for that plan', async () => {
    const { ask, store } = await home();
    await store.writePlan(wholePlan(1));
    await store.writeTitle(titleRecord('film', { planRevision: 1 }));
    expect(await ask('v360', '7.m4s')).toMatchObject([{ renditionIds: ['v360', 'a1'], firstSegment: 7, endSegment: 10 }]);
    expect(await ask('v360-r1', '7.m4s')).toMatchObject([{ renditionIds: ['v360-r1', 'a1-r1'], firstSegment: 7, endSegment: 10 }]);
  });

  test('is queued once, whoever else waits for it', async () => {
    const { startWaiting, waitForFile, commit, queue } = await home();
    const others = Array.from({ length: 99 }, () => waitForFile('v720', '7.m4s'));
    const waits = [(await startWaiting('v720', '7.m4s')).outcome, ...others];
    expect((await queue.list()).map(({ cause, chunk }) => ({ cause, ...rectangle(chunk) }))).toEqual([
      { cause: 'demand', renditionIds: ['v720', 'a1'], firstSegment: 7, endSegment: 10 },
    ]);
    await commit('v720', 7);
    expect(new Set(await Promise.all(waits))).toEqual(new Set(['ready']));
    expect(await queue.list()).toHaveLength(1);
  });
});

describe('a segment that somebody makes', () => {
  test.each<ChunkCause>(['demand', 'first', 'background'])('in a running %s chunk is waited for', async (cause) => {
    const { ask, add, queue } = await home();
    await add(cause, 0, 20, ['v720', 'v360', 'a1']);
    await queue.claim('other', LEASE_MS);
    expect(await ask('v360', '15.m4s')).toEqual([]);
  });

  test.each<ChunkCause>(['demand', 'first'])('in a queued %s chunk is waited for', async (cause) => {
    const { ask, add } = await home();
    await add(cause, 6, 9);
    expect(await ask('v360', '7.m4s')).toEqual([]);
    expect(await ask('v360', '9.m4s')).toMatchObject([{ firstSegment: 9, endSegment: 12 }]);
  });

  test('in a chunk whose worker died is queued', async () => {
    const { ask, add, queue } = await home();
    await add('background', 0, 20);
    await queue.claim('other', 0);
    expect(await ask('v360', '7.m4s')).toMatchObject([{ cause: 'demand', firstSegment: 7, endSegment: 10 }]);
  });
});

describe('an init segment', () => {
  test('is waited for where any chunk of its rendition is at work', async () => {
    const { ask, add, queue } = await home();
    await add('background', 12, 16);
    await queue.claim('other', LEASE_MS);
    expect(await ask('v360', 'init.mp4')).toEqual([]);
  });

  test('is made with the first segment and no more, since the next request shows where its viewer plays', async () => {
    const { ask } = await home();
    expect(await ask('v720', 'init.mp4')).toEqual([{ cause: 'demand', renditionIds: ['v720', 'a1'], firstSegment: 0, endSegment: 1 }]);
  });

  test('ends the wait when it is stored', async () => {
    const { startWaiting, bus } = await home();
    const wait = await startWaiting('v720', 'init.mp4');
    bus.publish({ type: 'init', titleId: 'film', renditionId: 'v360' });
    bus.publish({ type: 'init', titleId: 'film', renditionId: 'v720' });
    expect(await wait.outcome).toBe('ready');
  });
});

describe('a wait', () => {
  test('ends at once for what is there', async () => {
    const { waitForFile, commit, queue } = await home();
    await commit('v360', 3);
    expect(await waitForFile('v360', '3.m4s')).toBe('ready');
    expect(await queue.list()).toEqual([]);
  });

  test.each([
    ['past-end', 'v360', '20.m4s'],
    ['past-end', 'a1', '999.m4s'],
    ['unknown', 'v1080', '3.m4s'],
    ['unknown', 'v360-r1', '3.m4s'],
    ['unknown', 'v360', '03.m4s'],
    ['unknown', 'v360', 'poster.jpg'],
  ])('answers %s for %s/%s', async (outcome, renditionId, fileName) => {
    const { waitForFile, queue } = await home();
    expect(await waitForFile(renditionId, fileName)).toBe(outcome);
    expect(await queue.list()).toEqual([]);
  });

  test('answers unknown for a title that is not there', async () => {
    const { waitForFile } = await home();
    expect(await waitForFile('v360', '3.m4s', AbortSignal.abort(), 'nothing')).toBe('unknown');
  });

  test('answers unknown for a title that failed, but for what it has', async () => {
    const { waitForFile, commit, store, queue } = await home();
    await commit('v360', 3);
    await store.writeTitle(titleRecord('film', { planRevision: 0, error: { code: 'ffmpeg_failed', message: 'It is broken.' } }));
    expect(await waitForFile('v360', '3.m4s')).toBe('ready');
    expect(await waitForFile('v360', '4.m4s')).toBe('unknown');
    expect(await queue.list()).toEqual([]);
  });

  test.each<[string, Extract<PipelineEvent, { titleId: string }>]>([
    ['is removed', { type: 'title-removed', titleId: 'film' }],
    ['fails', { type: 'title', titleId: 'film', state: 'failed', progress: 0 }],
  ])('ends when its title %s', async (_, end) => {
    const { startWaiting, bus } = await home();
    const outcomes: WaitOutcome[] = [];
    const wait = await startWaiting('v360', '3.m4s');
    const noted = wait.outcome.then((outcome) => outcomes.push(outcome));
    bus.publish({ ...end, titleId: 'other' });
    bus.publish({ type: 'title', titleId: 'film', state: 'playable', progress: 0 });
    await new Promise((turn) => setImmediate(turn));
    expect(outcomes).toEqual([]);
    bus.publish(end);
    await noted;
    expect(outcomes).toEqual(['unknown']);
  });

  test('ends with its signal, and the work goes on', async () => {
    const { startWaiting, waitForFile, commit, queue } = await home();
    const leaving = new AbortController();
    const gone = await startWaiting('v360', '7.m4s', leaving.signal);
    const staying = waitForFile('v360', '7.m4s');
    leaving.abort();
    expect(await gone.outcome).toBe('timeout');
    expect(await queue.list()).toHaveLength(1);
    await commit('v360', 7);
    expect(await staying).toBe('ready');
  });

  test('ends when it lasts too long, and the work goes on', async () => {
    const { waitForFile, queue } = await home({ waitMs: 1 });
    expect(await waitForFile('v360', '7.m4s')).toBe('timeout');
    expect(await queue.list()).toHaveLength(1);
  });

  test('does not take the arrival of something else for its own', async () => {
    const { startWaiting, commit, bus } = await home();
    const outcomes: WaitOutcome[] = [];
    const wait = await startWaiting('v360', '7.m4s');
    const noted = wait.outcome.then((outcome) => outcomes.push(outcome));
    await commit('v360', 8);
    await commit('v720', 7);
    bus.publish({ type: 'segment', titleId: 'other', renditionId: 'v360', segment: 7, sizeBytes: 7, cause: 'background' });
    bus.publish({ type: 'init', titleId: 'film', renditionId: 'v360' });
    expect(outcomes).toEqual([]);
    await commit('v360', 7);
    await noted;
    expect(outcomes).toEqual(['ready']);
  });
});
