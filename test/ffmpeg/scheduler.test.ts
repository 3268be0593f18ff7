import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PipelineEvent } from '../../pipeline/event-bus.ts';
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

const isSegment = (titleId: string, segment?: number) => (event: PipelineEvent) =>
  event.type === 'segment' && event.titleId === titleId && (segment === undefined || event.segment === segment);
const isQueued = (cause: string) => (event: PipelineEvent) => event.type === 'chunk-queued' && event.cause === cause;

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
    expect(storedWhenComplete[0]).toBe(24);
    expect(await segmentFiles(home.home, 'film')).toHaveProperty('size', 24);
    expect(await home.catalogue.getTitle('film')).toMatchObject({ state: 'complete', segmentsCommitted: 24, segmentsPlanned: 24 });
    const plan = (await home.store.readPlan('film'))!;
    expect(await presentedTicks(home.store, 'film', 'v90')).toEqual(
      (await decodedFrameTicks(film)).map((ticks) => ticks - plan.originTicks),
    );
    expect(await home.queue.list()).toEqual([]);
    expect(home.putTwice).toEqual([]);
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
    await home.waitFor((event) => event.type === 'chunk' && event.titleId === 'one' && event.cause === 'background');
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
    await home.waitFor((event) => event.type === 'chunk' && event.cause === 'background');
    expect(await home.waitForFile('film', 'v90', '10.m4s', new AbortController().signal)).toBe('ready');
    expect(home.events.some(isSegment('film', 3))).toBe(false);
    gate.open();
    await home.titleIs('film', 'complete');
    expect(mostAtOnce(home.events)).toEqual({ all: 2, background: 1 });
    expect(home.putTwice).toEqual([]);
  });

  test('waits for a running chunk that is far from the segment, and gets it', async () => {
    const gate = createGate();
    const { wrapStore } = holding(gate, (_, segment) => segment === 3);
    const home = await openHome(await newHome(), { wrapStore, chunkSeconds: 60 });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    await home.waitFor((event) => event.type === 'chunk' && event.cause === 'background');
    const wait = home.waitForFile('film', 'v90', '11.m4s', new AbortController().signal);
    const impatient = home.waitForFile('film', 'v90', '11.m4s', AbortSignal.abort());
    expect(await impatient).toBe('timeout');
    expect(home.events.some(isQueued('demand'))).toBe(false);
    gate.open();
    expect(await wait).toBe('ready');
    await home.titleIs('film', 'complete');
    expect(home.putTwice).toEqual([]);
  });

  test('of a segment that fails to come is told when its title fails', async () => {
    const home = await openHome(await newHome(), { wrapStore: failing((segment) => segment === 10) });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    expect(await home.waitForFile('film', 'v90', '10.m4s', new AbortController().signal)).toBe('unknown');
  });
});

test('three encoders run three chunks at once, and a fourth for viewers and new titles only', async () => {
  const gate = createGate();
  const { wrapStore } = holding(gate);
  const home = await openHome(await newHome(), { wrapStore, encoders: 3, chunkSeconds: 1 });
  await home.addTitle(film, 'film');
  await home.preparer.prepare('film');
  const isClaimed = async () => (await home.queue.list()).filter(({ claimed }) => claimed).length;
  await home.waitFor(() => new Set(home.events.flatMap((event) => (event.type === 'chunk' ? [event.chunkId] : []))).size === 3);

  const wait = home.waitForFile('film', 'v90', '11.m4s', new AbortController().signal);
  await home.waitFor((event) => event.type === 'chunk' && event.cause === 'demand');
  expect(await isClaimed()).toBe(4);
  gate.open();
  expect(await wait).toBe('ready');
  await home.titleIs('film', 'complete');
  expect(mostAtOnce(home.events)).toEqual({ all: 4, background: expect.toSatisfy((count: number) => count <= 3) });
  expect(home.putTwice).toEqual([]);
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
    expect(before.size).toBeLessThan(24);

    const second = await openHome(folder);
    await second.queue.clear();
    await second.preparer.prepare('film');
    await second.titleIs('film', 'complete');
    const after = await segmentFiles(folder, 'film');
    expect(after.size).toBe(24);
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
    expect(await segmentFiles(folder, 'film')).toHaveProperty('size', 24);
    expect(await one.catalogue.getTitle('film')).toMatchObject({ state: 'complete' });
  });
});
