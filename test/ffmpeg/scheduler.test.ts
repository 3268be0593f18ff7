import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PipelineEvent } from '../../pipeline/event-bus.ts';
import { titlePlan } from '../conformance/fixtures.ts';
import { createGate, failing, holding } from './held-store.ts';
import { decodedFrameTicks } from './make-clip.ts';
import { makeFilm, newHome, type OpenHome, openHome, presentedTicks, processesNaming, segmentFiles } from './title-home.ts';

let clips: string;
/** Twelve seconds with sound: twelve segments in four chunks, and the start in a chunk of its own. */
let film: string;

beforeAll(async () => {
  clips = await mkdtemp(join(tmpdir(), 'mr-clips-'));
  film = join(clips, 'film.mp4');
  await makeFilm(film, 12);
});
afterAll(() => rm(clips, { recursive: true }));

/** Of the film: I-frames come before the rest. */
const isSegment = (titleId: string, segment?: number) => (event: PipelineEvent) =>
  event.type === 'segment' &&
  event.titleId === titleId &&
  event.renditionId !== 'i90' &&
  (segment === undefined || event.segment === segment);

/** A chunk of the film that nobody asked for. */
const isBulk = (event: PipelineEvent): event is Extract<PipelineEvent, { type: 'chunk' }> =>
  event.type === 'chunk' && event.cause === 'background' && event.chunk.renditionIds.includes('v90');

/** How many chunks ran at once, at most: of all causes, and of the background. */
function mostAtOnce(events: readonly PipelineEvent[]): { all: number; background: number } {
  const running = new Map<string, string>();
  const most = { all: 0, background: 0 };
  for (const event of events) {
    if (event.type !== 'chunk') continue;
    if (event.state === 'started') running.set(event.chunkId, event.cause);
    else running.delete(event.chunkId);
    most.all = Math.max(most.all, running.size);
    most.background = Math.max(most.background, [...running.values()].filter((cause) => cause === 'background').length);
  }
  return most;
}

/** Each chunk once, in the order in which they began. */
async function begun({ events }: OpenHome): Promise<{ chunkId: string; cause: string; titleId: string }[]> {
  const chunks = new Map<string, { chunkId: string; cause: string; titleId: string }>();
  for (const event of events) {
    if (event.type === 'chunk' && event.state === 'started' && !chunks.has(event.chunkId)) {
      chunks.set(event.chunkId, { chunkId: event.chunkId, cause: event.cause, titleId: event.titleId });
    }
  }
  return [...chunks.values()];
}

describe('a title', () => {
  test('of a thousand chunks lets others in while it is queued', async () => {
    const home = await openHome(await newHome(), { isBackgroundOff: true, encoders: 1 });
    await home.addTitle(film, 'film');
    await home.store.writePlan(titlePlan('film', { segments: 3000 }));
    let isQueued = false;
    const queued = home.scheduler.scheduleTitle('film', { isNew: true }).then(() => {
      isQueued = true;
    });
    const seen = new Set<number>();
    const countQueued = () => home.events.filter(({ type }) => type === 'chunk-queued').length;
    const look = (): void => {
      seen.add(countQueued());
      if (!isQueued) setImmediate(look);
    };
    look();
    await queued;
    expect(countQueued()).toBeGreaterThanOrEqual(1000);
    expect(seen.size).toBeGreaterThan(10);
  });

  test('of several chunks is complete when its last segment is stored and not before, with every frame at its time', async () => {
    const home = await openHome(await newHome());
    const storedWhenComplete: number[] = [];
    home.bus.subscribe((event) => {
      if (event.type === 'title' && event.state === 'complete') {
        storedWhenComplete.push(new Set(home.events.flatMap((e) => (e.type === 'segment' ? [`${e.renditionId} ${e.segment}`] : []))).size);
      }
    });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    await home.titleIs('film', 'complete');

    const states = home.events.flatMap((event) => (event.type === 'title' ? [event.state] : []));
    expect(states.filter((state, index) => state !== states[index - 1])).toEqual(['probing', 'playable', 'complete']);
    expect(storedWhenComplete[0]).toBe(36);
    expect(await segmentFiles(home.home, 'film')).toHaveProperty('size', 36);
    expect(await home.catalogue.getTitle('film')).toMatchObject({ state: 'complete', segmentsCommitted: 36, segmentsPlanned: 36 });
    const plan = (await home.store.readPlan('film'))!;
    expect(await presentedTicks(home.store, 'film', 'v90')).toEqual(
      (await decodedFrameTicks(film)).map((ticks) => ticks - plan.originTicks),
    );
    expect(await home.queue.list()).toEqual([]);
    expect(home.putTwice).toEqual([]);
  });

  test('of which all was evicted is not begun anew at the next start, while the disk has no room; a new one is', async () => {
    const folder = await newHome();
    const before = await openHome(folder);
    await before.addTitle(film, 'evicted');
    await before.preparer.prepare('evicted');
    await before.titleIs('evicted', 'complete');
    await before.close();
    const home = await openHome(folder, { maxBytes: 1 });
    await expect.poll(async () => (await home.catalogue.getTitle('evicted'))?.segmentsCommitted, { timeout: 20_000 }).toBe(0);
    await home.addTitle(film, 'new');
    for (const id of ['evicted', 'new']) await home.preparer.prepare(id);
    const queued = home.events.filter((event) => event.type === 'chunk-queued');
    expect(new Set(queued.filter(({ titleId }) => titleId === 'evicted').map(({ cause }) => cause))).toEqual(new Set(['background']));
    expect(queued.filter(({ titleId }) => titleId === 'new')[0]).toMatchObject({ cause: 'first' });
  });

  test('starts with what a player starts with, and the rest follows in playing order', async () => {
    const home = await openHome(await newHome());
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    await home.titleIs('film', 'complete');
    const causes = (await begun(home)).map(({ cause }) => cause);
    expect(causes[0]).toBe('first');
    expect(causes.slice(1).every((cause) => cause === 'background')).toBe(true);
    const order = home.events.flatMap((event) => (event.type === 'segment' && event.renditionId === 'v90' ? [event.segment] : []));
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test('goes before the rest of the titles that came before it', async () => {
    const gate = createGate();
    const { wrapStore } = holding(gate, (titleId, segment) => titleId === 'one' && segment >= 3);
    const home = await openHome(await newHome(), { wrapStore });
    await home.addTitle(film, 'one');
    await home.addTitle(film, 'two');
    await home.preparer.prepare('one');
    await home.waitFor((event) => isBulk(event) && event.titleId === 'one');
    await home.preparer.prepare('two');
    // By the encoder that is kept for it, while the other one is held.
    await home.waitFor((event) => event.type === 'chunk' && event.titleId === 'two' && event.cause === 'first' && event.state === 'done');
    gate.open();
    await Promise.all([home.titleIs('one', 'complete'), home.titleIs('two', 'complete')]);
  });
});

describe('a viewer', () => {
  test('is served before what is queued, by the encoder that is kept from the background', async () => {
    const gate = createGate();
    const { wrapStore } = holding(gate, (_, segment) => segment >= 3 && segment < 9);
    const home = await openHome(await newHome(), { wrapStore });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    await home.waitFor(isBulk);
    expect(await home.waitForFile('film', 'v90', '10.m4s', new AbortController().signal)).toBe('ready');
    expect(home.events.some(isSegment('film', 3))).toBe(false);
    gate.open();
    await home.titleIs('film', 'complete');
    expect(mostAtOnce(home.events)).toEqual({ all: 2, background: 1 });
    expect(home.putTwice).toEqual([]);
  });

  test('far ahead of a running chunk gets the segment first, and the chunk gives up what follows it', async () => {
    const gate = createGate();
    const { wrapStore } = holding(gate, (_, segment) => segment === 3);
    const home = await openHome(await newHome(), { wrapStore, chunkSeconds: 60, leadSegments: 0 });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    const long = await home.waitFor(isBulk);
    expect(await home.waitForFile('film', 'v90', '11.m4s', new AbortController().signal)).toBe('ready');
    expect(home.events.some(isSegment('film', 3))).toBe(false);
    expect(home.events).toContainEqual({
      type: 'chunk-cut',
      titleId: 'film',
      chunkId: (long as { chunkId: string }).chunkId,
      endSegment: 11,
    });
    gate.open();
    await home.titleIs('film', 'complete');
    expect(home.putTwice).toEqual([]);
    expect(await segmentFiles(home.home, 'film')).toHaveProperty('size', 36);
  });

  test('who has left has nothing more made: the lead ends with the segment it has begun', async () => {
    const clock = { nowMs: 1_000_000 };
    const gate = createGate();
    const { holds, wrapStore } = holding(gate, (_, segment) => segment === 8);
    const home = await openHome(await newHome(), {
      wrapStore,
      boardNowMs: () => clock.nowMs,
      idleMs: 1_000,
      leadSegments: 6,
      isBackgroundOff: true,
    });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    expect(await home.waitForFile('film', 'v90', '5.m4s', new AbortController().signal)).toBe('ready');
    await holds(2);
    clock.nowMs += 1_000;
    await home.waitFor((event) => event.type === 'chunk-cut' && event.endSegment === 9);
    gate.open();
    await home.waitFor((event) => event.type === 'chunk' && event.cause === 'lead' && event.state === 'done');
    const isMade = (event: PipelineEvent) => event.type === 'segment' && event.renditionId === 'v90' && event.cause !== 'first';
    expect(home.events.filter(isMade).map((event) => (event as { segment: number }).segment)).toEqual([5, 6, 7, 8]);
  });

  test('who looks at one place after the other has no more encoders than the machine has room for', async () => {
    const home = await openHome(await newHome(), { isBackgroundOff: true });
    let most = 0;
    home.bus.subscribe((event) => {
      if (event.type === 'chunk') most = Math.max(most, home.engine.board.runs().length);
    });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    await home.waitFor((event) => event.type === 'chunk' && event.cause === 'first' && event.state === 'done');
    for (let segment = 3; segment < 11; segment++) {
      const leaving = new AbortController();
      const waiting = home.waitForFile('film', 'v90', `${segment}.m4s`, leaving.signal);
      const isBegun = (event: PipelineEvent) => event.type === 'chunk' && event.cause === 'demand' && event.chunk.firstSegment === segment;
      await Promise.race([home.waitFor(isBegun), waiting]);
      leaving.abort();
      await waiting;
    }
    expect(await home.waitForFile('film', 'v90', '11.m4s', new AbortController().signal)).toBe('ready');
    expect(most).toBeLessThanOrEqual(4);
  });

  test('stops the background where it stands, and it goes on after that', async () => {
    const gate = createGate();
    const { wrapStore } = holding(gate, (_, segment) => segment === 10);
    const home = await openHome(await newHome(), { wrapStore, chunkSeconds: 60, leadSegments: 0 });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    const { chunkId } = (await home.waitFor(isBulk)) as { chunkId: string };
    const isStill = (isSuspended: boolean) => (event: PipelineEvent) =>
      event.type === 'chunk' && event.chunkId === chunkId && event.isSuspended === isSuspended;
    const wait = home.waitForFile('film', 'v90', '10.m4s', new AbortController().signal);
    await home.waitFor(isStill(true));
    gate.open();
    expect(await wait).toBe('ready');
    await home.titleIs('film', 'complete');
    const stood = home.events.findIndex(isStill(true));
    expect(home.events.slice(stood).some(isStill(false))).toBe(true);
    expect(home.putTwice).toEqual([]);
  });

  test('of a segment that fails to come is told when its title fails', async () => {
    const home = await openHome(await newHome(), { wrapStore: failing((segment) => segment === 10) });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    expect(await home.waitForFile('film', 'v90', '10.m4s', new AbortController().signal)).toBe('unknown');
  });
});

test('eight cores with three encoders run so many chunks of the background, and more for viewers', async () => {
  const gate = createGate();
  const { wrapStore } = holding(gate, (_, segment) => segment >= 3);
  const home = await openHome(await newHome(), { wrapStore, cores: 8, encoders: 3, chunkSeconds: 1, leadSegments: 0 });
  await home.addTitle(film, 'film');
  await home.preparer.prepare('film');
  await home.waitFor(() => mostAtOnce(home.events).background === 3);
  const waits = [10, 11].map((segment) => home.waitForFile('film', 'v90', `${segment}.m4s`, new AbortController().signal));
  await home.waitFor(() => mostAtOnce(home.events).all === 5);
  gate.open();
  expect(await Promise.all(waits)).toEqual(['ready', 'ready']);
  await home.titleIs('film', 'complete');
  expect(mostAtOnce(home.events)).toEqual({ all: 5, background: 3 });
  expect(home.putTwice).toEqual([]);
});

describe('work in the background', () => {
  test('that is paused ends with the segment it has begun, stays so over a restart, and goes on when it may', async () => {
    const folder = await newHome();
    const gate = createGate();
    const { holds, wrapStore } = holding(gate, (_, segment) => segment === 5);
    const first = await openHome(folder, { wrapStore, chunkSeconds: 60 });
    await first.addTitle(film, 'film');
    await first.preparer.prepare('film');
    await holds(2);
    expect(await first.engine.setBackgroundPaused(true)).toEqual({ state: 'paused', isPaused: true });
    await first.waitFor((event) => event.type === 'chunk-cut');
    gate.open();
    await first.waitFor((event) => isBulk(event) && event.state === 'done');
    expect((await first.catalogue.getTitle('film'))?.state).toBe('playable');
    expect((await segmentFiles(folder, 'film')).size).toBe(24);
    await first.close();

    const second = await openHome(folder);
    await second.queue.clear();
    await second.preparer.prepare('film');
    expect(await second.waitForFile('film', 'v90', '11.m4s', new AbortController().signal)).toBe('ready');
    expect((await second.engine.readWork()).background).toEqual({ state: 'paused', isPaused: true });
    expect(second.events.some((event) => event.type === 'chunk' && event.cause === 'background')).toBe(false);
    await second.engine.setBackgroundPaused(false);
    await second.titleIs('film', 'complete');
    expect([...first.putTwice, ...second.putTwice]).toEqual([]);
  });
});

describe('a budget for the disk', () => {
  test('stops the background before it is used up; what viewers ask for takes the place of what was watched least recently', async () => {
    const budget = 150_000;
    const clock = { nowMs: 1_000_000 };
    const home = await openHome(await newHome(), { maxBytes: budget, boardNowMs: () => clock.nowMs, leadSegments: 0, idleMs: 1_000 });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    await home.waitFor((event) => event.type === 'background' && event.background.state === 'disk');
    for (const segment of [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]) {
      clock.nowMs += 1_000;
      expect(await home.waitForFile('film', 'v90', `${segment}.m4s`, new AbortController().signal)).toBe('ready');
    }
    await home.waitFor((event) => event.type === 'segment-evicted');
    const { disk, background } = await home.engine.readWork();
    expect(disk).toMatchObject({ maxBytes: budget });
    expect(background.state).toBe('disk');
    expect((await home.catalogue.getTitle('film'))?.state).toBe('playable');
    expect(home.putTwice).toEqual([]);
  });
});

describe('what is stored', () => {
  test('is not encoded again after a restart in the middle', async () => {
    const folder = await newHome();
    const first = await openHome(folder);
    await first.addTitle(film, 'film');
    await first.preparer.prepare('film');
    await first.waitFor(isSegment('film', 4));
    await first.close();
    expect(await processesNaming(folder)).toEqual([]);
    expect(await readdir(join(folder, 'tmp'))).toEqual([]);
    const before = await segmentFiles(folder, 'film');
    expect(before.size).toBeLessThan(36);

    const second = await openHome(folder);
    await second.queue.clear();
    await second.preparer.prepare('film');
    await second.titleIs('film', 'complete');
    const after = await segmentFiles(folder, 'film');
    expect(after.size).toBe(36);
    for (const [name, file] of before) expect([name, after.get(name)]).toEqual([name, file]);
    expect(second.putTwice).toEqual([]);
    const plan = (await second.store.readPlan('film'))!;
    expect(await presentedTicks(second.store, 'film', 'v90')).toEqual(
      (await decodedFrameTicks(film)).map((ticks) => ticks - plan.originTicks),
    );
  });

  test('is stored once by two that share a queue', async () => {
    const folder = await newHome();
    const gate = createGate();
    const { wrapStore } = holding(gate, (_, segment) => segment >= 3);
    const [one, two] = [await openHome(folder, { chunkSeconds: 1, wrapStore }), await openHome(folder, { chunkSeconds: 1 })];
    await one.addTitle(film, 'film');
    await one.preparer.prepare('film');
    await two.preparer.prepare('film');
    await two.waitFor((event) => event.type === 'segment');
    gate.open();
    await Promise.race([one.titleIs('film', 'complete'), two.titleIs('film', 'complete')]);
    expect([...one.putTwice, ...two.putTwice]).toEqual([]);
    expect(await segmentFiles(folder, 'film')).toHaveProperty('size', 36);
    expect(await one.catalogue.getTitle('film')).toMatchObject({ state: 'complete' });
  });
});
