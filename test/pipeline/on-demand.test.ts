import { describe, expect, test } from 'vitest';
import type { PipelineEvent } from '../../pipeline/event-bus.ts';
import type { WaitOutcome } from '../../pipeline/on-demand.ts';
import type { ChunkCause } from '../../pipeline/queue/chunk-queue.ts';
import { titleRecord } from '../conformance/fixtures.ts';
import { EVERYTHING, home, LEAD, LEASE_MS, rectangle, wholePlan } from './on-demand-home.ts';

describe('a segment that nobody makes', () => {
  test('is queued ahead of the rest and alone, with the sound, so that nothing else delays it', async () => {
    const { ask, events } = await home();
    expect(await ask('v720', '7.m4s')).toEqual([{ cause: 'demand', renditionIds: ['v720', 'a1'], firstSegment: 7, endSegment: 8 }]);
    expect(events).toContainEqual({ type: 'chunk-queued', titleId: 'film', chunkId: expect.any(String), cause: 'demand' });
  });

  test('of the sound is queued without a picture', async () => {
    const { ask } = await home();
    expect(await ask('a1', '7.m4s')).toEqual([{ cause: 'demand', renditionIds: ['a1'], firstSegment: 7, endSegment: 8 }]);
  });

  test('is queued although the background will come to it', async () => {
    const { ask, add } = await home();
    await add('background', 0, 20);
    expect(await ask('v360', '7.m4s')).toMatchObject([{ cause: 'demand', firstSegment: 7, endSegment: 8 }]);
  });

  test('is queued without a sound that is there already', async () => {
    const { ask, commit } = await home();
    await commit('a1', 7);
    expect(await ask('v360', '7.m4s')).toMatchObject([{ renditionIds: ['v360'], firstSegment: 7, endSegment: 8 }]);
  });

  test('is queued without a sound that others are at work on', async () => {
    const { ask, run } = await home();
    await run('first', 6, 9);
    expect(await ask('v720', '7.m4s')).toMatchObject([{ renditionIds: ['v720'], firstSegment: 7, endSegment: 8 }]);
  });

  test('is queued with a lead for a viewer who comes from the segment before it, up to what others make', async () => {
    const { ask, commit } = await home();
    await commit('v360', 6);
    expect(await ask('v360', '7.m4s')).toMatchObject([{ cause: 'demand', firstSegment: 7, endSegment: 8 + LEAD }]);
    const { ask: askBeside, commit: commitBeside, run: runBeside } = await home();
    await commitBeside('v360', 6);
    await runBeside('background', 9, 14);
    expect(await askBeside('v360', '7.m4s')).toMatchObject([{ cause: 'demand', firstSegment: 7, endSegment: 9 }]);
  });

  test('is queued whatever is made of other titles', async () => {
    const { ask, queue } = await home();
    await queue.add({ titleId: 'other', planRevision: 0, renditionIds: EVERYTHING, firstSegment: 0, endSegment: 20 }, 'demand');
    expect(await ask('v360', '7.m4s')).toMatchObject([{ renditionIds: EVERYTHING, firstSegment: 7, endSegment: 8 }]);
  });

  test('of a replaced plan is queued for that plan', async () => {
    const { ask, store } = await home();
    await store.writePlan(wholePlan(1));
    await store.writeTitle(titleRecord('film', { planRevision: 1 }));
    expect(await ask('v360', '7.m4s')).toMatchObject([{ renditionIds: ['v360', 'a1'], firstSegment: 7, endSegment: 8 }]);
    expect(await ask('v360-r1', '7.m4s')).toMatchObject([{ renditionIds: ['v360-r1', 'a1-r1'], firstSegment: 7, endSegment: 8 }]);
  });

  test('is queued once, whoever else waits for it', async () => {
    const { startWaiting, waitForFile, commit, queue } = await home();
    const others = Array.from({ length: 99 }, () => waitForFile('v720', '7.m4s'));
    const waits = [(await startWaiting('v720', '7.m4s')).outcome, ...others];
    const demanded = async () => (await queue.list()).filter(({ cause }) => cause === 'demand').map(({ chunk }) => rectangle(chunk));
    expect(await demanded()).toEqual([{ renditionIds: ['v720', 'a1'], firstSegment: 7, endSegment: 8 }]);
    await commit('v720', 7);
    expect(new Set(await Promise.all(waits))).toEqual(new Set(['ready']));
    expect(await demanded()).toHaveLength(1);
  });
});

describe('a segment that somebody makes', () => {
  test('in a queued demand chunk is waited for', async () => {
    const { ask, add } = await home();
    await add('demand', 6, 9);
    expect(await ask('v360', '7.m4s')).toEqual([]);
    expect(await ask('v360', '9.m4s')).toMatchObject([{ firstSegment: 9, endSegment: 10 }]);
  });

  test.each<ChunkCause>(['demand', 'lead', 'first', 'background'])('by a %s run that will soon be there is waited for', async (cause) => {
    const { ask, run, clock } = await home();
    const { report } = await run(cause, 0, 20, ['v720', 'v360', 'a1']);
    clock.nowMs += 1_000;
    report(5);
    expect(await ask('v360', '6.m4s')).toEqual([]);
  });

  test('at which a run of one rung is, or is next, is waited for however slow it is', async () => {
    const { ask, run, clock } = await home();
    await run('lead', 7, 12, ['v360', 'a1']);
    clock.nowMs += 60_000;
    expect(await ask('v360', '7.m4s')).toEqual([]);
    expect(await ask('v360', '8.m4s')).toEqual([]);
    expect(await ask('v360', '9.m4s')).toHaveLength(1);
  });

  test('far ahead in a run is given up by that run, with all that follows, and made at once', async () => {
    const { ask, run, queue, events } = await home();
    const { lease } = await run('background', 0, 20, ['v720', 'v360', 'a1']);
    expect(await ask('v360', '15.m4s')).toEqual([{ cause: 'demand', renditionIds: ['v360', 'a1'], firstSegment: 15, endSegment: 16 }]);
    expect(events).toContainEqual({ type: 'chunk-cut', titleId: 'film', chunkId: lease.id, endSegment: 15 });
    const chunks = (await queue.list()).map(({ cause, chunk, claimed }) => ({ cause, claimed, ...rectangle(chunk) }));
    const all = ['v720', 'v360', 'a1'];
    expect(chunks).toContainEqual({ cause: 'background', claimed: true, renditionIds: all, firstSegment: 0, endSegment: 15 });
    expect(chunks).toContainEqual({ cause: 'background', claimed: false, renditionIds: all, firstSegment: 15, endSegment: 20 });
    expect(await queue.owns(lease, 'v360', 14)).toBe(true);
    expect(await queue.owns(lease, 'v360', 15)).toBe(false);
  });

  test('behind a run, gone since that made it, is made again at once', async () => {
    const { ask, run, clock } = await home();
    const { report } = await run('background', 0, 20, ['v720', 'v360', 'a1']);
    clock.nowMs += 1_000;
    report(9);
    expect(await ask('v360', '4.m4s')).toMatchObject([{ cause: 'demand', firstSegment: 4, endSegment: 5 }]);
  });

  test('by a run that says nothing of itself yet is waited for', async () => {
    const { ask, add, queue } = await home();
    await add('background', 0, 20);
    await queue.claim('other', LEASE_MS);
    expect(await ask('v360', '15.m4s')).toEqual([]);
  });

  test.each(['failed', 'done'] as const)('by a run that is %s without it is queued for whoever waited', async (state) => {
    const { ask, run, queue, bus, untilQueued } = await home();
    const { lease } = await run('background', 6, 9);
    expect(await ask('v360', '6.m4s')).toEqual([]);
    const queued = untilQueued();
    await queue.release(lease);
    const { id: chunkId, cause, chunk } = lease;
    bus.publish({ type: 'chunk', state, chunkId, titleId: 'film', cause, chunk, next: {}, isSuspended: false, progress: 0 });
    await queued;
    const forViewers = (await queue.list()).filter((each) => each.cause === 'demand');
    expect(forViewers.map((each) => rectangle(each.chunk))).toEqual([{ renditionIds: ['v360', 'a1'], firstSegment: 6, endSegment: 7 }]);
  });

  test('by a run that gives it up to somebody else is queued for whoever waited', async () => {
    const { ask, run, queue, bus, untilQueued } = await home();
    const { lease } = await run('background', 6, 9);
    expect(await ask('v360', '6.m4s')).toEqual([]);
    const queued = untilQueued();
    await queue.cut(lease.id, 6);
    bus.publish({ type: 'chunk-cut', titleId: 'film', chunkId: lease.id, endSegment: 6 });
    await queued;
    expect((await queue.list()).filter(({ cause }) => cause === 'demand')).toMatchObject([{ chunk: { firstSegment: 6 } }]);
  });

  test('that failed for good is refused, now and later, without being queued again', async () => {
    const { ask, waitForFile, startWaiting, run, queue, bus, settled } = await home();
    const { lease } = await run('demand', 6, 7, ['v360', 'a1']);
    const elsewhere = await startWaiting('v360', '15.m4s');
    await ask('a1', '6.m4s');
    const waiting = waitForFile('v360', '6.m4s');
    await ask('a1', '6.m4s');
    await queue.release(lease);
    await queue.removeTitle('film');
    const { id: chunkId, cause, chunk } = lease;
    const ended = {
      type: 'chunk',
      state: 'failed',
      refused: chunk.renditionIds,
      chunkId,
      titleId: 'film',
      cause,
      chunk,
      next: {},
    } as const;
    bus.publish({ ...ended, isSuspended: false, progress: 0 });
    expect(await waiting).toBe('refused');
    expect(await elsewhere.outcome).toBe('refused');
    await settled();
    expect((await queue.list()).filter((each) => each.cause === 'demand')).toEqual([]);
    expect(await waitForFile('v360', '9.m4s')).toBe('refused');
  });

  test('that its title does without is refused at once', async () => {
    const { waitForFile, store, queue } = await home();
    await store.writeTitle(titleRecord('film', { planRevision: 0, leftOut: ['v360'] }));
    expect(await waitForFile('v360', '6.m4s')).toBe('refused');
    expect(await queue.list()).toEqual([]);
  });

  test('by somebody who could not tell of it is found by who looks again', async () => {
    const { ask, waitForFile, run, bus, store } = await home();
    const { lease } = await run('background', 6, 9);
    await ask('v720', '6.m4s');
    const waiting = waitForFile('v360', '6.m4s');
    await ask('v720', '6.m4s');
    await store.putSegment('film', 'v360', 6, Buffer.from('segment'));
    const { id: chunkId, cause, chunk } = lease;
    bus.publish({ type: 'chunk', state: 'failed', chunkId, titleId: 'film', cause, chunk, next: {}, isSuspended: false, progress: 0 });
    expect(await waiting).toBe('ready');
  });

  test('in a chunk whose worker died is queued', async () => {
    const { ask, add, queue } = await home();
    await add('background', 0, 20);
    await queue.claim('other', 0);
    expect(await ask('v360', '7.m4s')).toMatchObject([{ cause: 'demand', firstSegment: 7, endSegment: 8 }]);
  });
});

test('who has gone before the turn came has nothing made', async () => {
  const { waitForFile, queue, settled } = await home();
  const leaving = new AbortController();
  const waits = [10, 20, 30].map((segment) => waitForFile('v360', `${segment % 20}.m4s`, leaving.signal));
  leaving.abort();
  expect(await Promise.all(waits)).toEqual(['left', 'left', 'left']);
  await settled();
  expect(await queue.list()).toEqual([]);
});

describe('an init segment', () => {
  test('is waited for where any run of its rendition is at work', async () => {
    const { ask, run } = await home();
    await run('background', 12, 16);
    expect(await ask('v360', 'init.mp4')).toEqual([]);
  });

  test('is made with the first segment where nobody has watched the title', async () => {
    const { ask } = await home();
    expect(await ask('v720', 'init.mp4')).toEqual([{ cause: 'demand', renditionIds: ['v720', 'a1'], firstSegment: 0, endSegment: 1 }]);
  });

  test('is made where the title is watched on another rung: there its viewer goes on', async () => {
    const { ask, asked } = await home();
    await asked('v360', 7);
    expect(await ask('v720', 'init.mp4')).toMatchObject([
      { cause: 'demand', renditionIds: ['v720', 'a1'], firstSegment: 7, endSegment: 8 },
    ]);
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
    expect(await gone.outcome).toBe('left');
    expect(await queue.list()).toHaveLength(1);
    await commit('v360', 7);
    expect(await staying).toBe('ready');
  });

  test('ends when it lasts too long, and the work goes on', async () => {
    const { waitForFile, queue, settled } = await home({ waitMs: 1 });
    expect(await waitForFile('v360', '7.m4s')).toBe('timeout');
    await settled();
    expect((await queue.list()).filter(({ cause }) => cause === 'demand')).toHaveLength(1);
  });

  test('does not take the arrival of something else for its own', async () => {
    const { startWaiting, commit, bus } = await home();
    const outcomes: WaitOutcome[] = [];
    const wait = await startWaiting('v360', '7.m4s');
    const noted = wait.outcome.then((outcome) => outcomes.push(outcome));
    await commit('v360', 8);
    await commit('v720', 7);
    bus.publish({ type: 'segment', titleId: 'other', renditionId: 'v360', segment: 7, sizeBytes: 7, cause: 'background', isTwice: false });
    bus.publish({ type: 'init', titleId: 'film', renditionId: 'v360' });
    expect(outcomes).toEqual([]);
    await commit('v360', 7);
    await noted;
    expect(outcomes).toEqual(['ready']);
  });
});
