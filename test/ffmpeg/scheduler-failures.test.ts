import { copyFile, mkdtemp, readdir, readFile, rename, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppError } from '../../pipeline/errors.ts';
import { createGate, failing, holding } from './held-store.ts';
import { makeFilm, newHome, openHome, processesNaming, segmentFiles } from './title-home.ts';

let clips: string;
/** Twelve seconds with sound: twelve segments in four chunks, and the start in a chunk of its own. */
let film: string;

beforeAll(async () => {
  clips = await mkdtemp(join(tmpdir(), 'mr-clips-'));
  film = join(clips, 'film.mp4');
  await makeFilm(film, 12);
});
afterAll(() => rm(clips, { recursive: true }));

describe('a lease that is lost', () => {
  test('commits nothing more, is no fault of the file, and is taken up again', async () => {
    const clock = { nowMs: 1_000_000 };
    const gate = createGate();
    const { holds, wrapStore } = holding(gate, (_, segment) => segment === 4, 'after');
    const folder = await newHome();
    const home = await openHome(folder, { wrapStore, nowMs: () => clock.nowMs, chunkSeconds: 60 });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    await holds(2);
    const before = await segmentFiles(folder, 'film');
    const filesWhenReleased = new Promise<Map<string, string>>((resolve) => {
      home.bus.subscribe((event) => event.type === 'chunk' && event.state === 'released' && resolve(segmentFiles(folder, 'film')));
    });
    clock.nowMs += 60_000;
    gate.open();
    // Whoever takes it up again has hardly begun to encode.
    expect(await filesWhenReleased).toEqual(before);
    await home.titleIs('film', 'complete');
    expect(home.events.some((event) => event.type === 'chunk' && event.state === 'failed')).toBe(false);
    expect(home.putTwice).toEqual([]);
  });

  test('to another worker leaves that one to commit', async () => {
    const clock = { nowMs: 1_000_000 };
    const folder = await newHome();
    const gate = createGate();
    const { holds, wrapStore } = holding(gate, (_, segment) => segment === 4, 'after');
    const slow = await openHome(folder, { wrapStore, nowMs: () => clock.nowMs });
    await slow.addTitle(film, 'film');
    await slow.preparer.prepare('film');
    await holds(2);
    clock.nowMs += 60_000;
    const quick = await openHome(folder, { nowMs: () => clock.nowMs });
    await quick.preparer.prepare('film');
    await quick.titleIs('film', 'complete');
    const before = await segmentFiles(folder, 'film');
    gate.open();
    await slow.waitFor((event) => event.type === 'chunk' && event.state === 'released');
    await slow.close();
    expect(await segmentFiles(folder, 'film')).toEqual(before);
    expect([...slow.putTwice, ...quick.putTwice]).toEqual([]);
  });
});

describe('a chunk that fails', () => {
  test('is tried three times; then its title fails with the reason, its original is kept, and other titles go on', async () => {
    const home = await openHome(await newHome(), { wrapStore: failing((segment) => segment === 7) });
    await home.addTitle(film, 'film');
    await home.addTitle(film, 'other');
    await Promise.all([home.preparer.prepare('film'), home.preparer.prepare('other')]);
    await Promise.all([home.titleIs('film', 'failed'), home.titleIs('other', 'complete')]);
    const failures = () => home.events.filter((event) => event.type === 'chunk' && event.state === 'failed').length;
    // The last one's event follows the title's.
    await home.waitFor(() => failures() >= 3);
    expect(failures()).toBe(3);
    expect(await home.store.readTitle('film')).toMatchObject({
      error: { code: 'store_failed', message: 'The disk has a bad sector.' },
      source: { path: 'failed/film.mp4' },
    });
    expect(await home.catalogue.getTitle('film')).toMatchObject({ state: 'failed' });
    expect((await readdir(join(home.home, 'failed'))).sort()).toEqual(['film.mp4', 'film.mp4.error.json']);
    expect(await readFile(join(home.home, 'failed', 'film.mp4'))).toEqual(await readFile(film));
    await home.scheduler.dropTitle('film');
    expect(await home.queue.list('film')).toEqual([]);
    expect(await processesNaming(join(home.home, 'originals', 'film'))).toEqual([]);
  });

  test('of I-frames is left out: its title goes on without them and says so, now and after the next start', async () => {
    const folder = await newHome();
    const home = await openHome(folder, { wrapStore: failing((segment) => segment === 7, undefined, true) });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    await home.titleIs('film', 'complete');
    expect(home.events.filter((event) => event.type === 'chunk' && event.state === 'failed')).toHaveLength(3);
    expect(home.events.some((event) => event.type === 'title' && event.state === 'failed')).toBe(false);
    const title = await home.store.readTitle('film');
    expect(title).toMatchObject({ leftOut: ['i90'], source: { path: 'originals/film/film.mp4' } });
    expect(title?.report.flatMap(({ codes }) => codes)).toContain('without-iframes');
    expect(await home.catalogue.getTitle('film')).toMatchObject({ segmentsPlanned: 24, segmentsCommitted: 24 });
    expect(await home.waitForFile('film', 'i90', '9.m4s', new AbortController().signal)).toBe('refused');
    await home.close();

    const again = await openHome(folder);
    await again.scheduler.scheduleTitle('film', { isNew: false });
    expect(await again.queue.list('film')).toEqual([]);
    expect(await again.catalogue.getTitle('film')).toMatchObject({ state: 'complete' });
  });

  test('and then succeeds is forgiven', async () => {
    let refusals = 2;
    const home = await openHome(await newHome(), { wrapStore: failing((segment) => segment === 7 && refusals-- > 0) });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    await home.titleIs('film', 'complete');
    expect(home.putTwice).toEqual([]);
  });

  test('on an original that is only half there is tried until it is whole, as one that is being copied back', async () => {
    const folder = await newHome();
    const home = await openHome(folder, { restMs: 10, heartbeatMs: 10, isBackgroundOff: true, leadSegments: 0 });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    await home.waitFor((event) => event.type === 'chunk' && event.cause === 'first' && event.state === 'done');
    const original = join(folder, 'originals', 'film', 'film.mp4');
    await truncate(original, 20_000);
    const wait = home.waitForFile('film', 'v90', '8.m4s', new AbortController().signal);
    const failed = (count: number) => () =>
      home.events.filter((event) => event.type === 'chunk' && event.state === 'failed').length >= count;
    await home.waitFor(failed(4));
    expect(home.engine.problemOf('film')).toMatchObject({ code: 'source_missing' });
    await copyFile(film, `${original}.whole`);
    await rename(`${original}.whole`, original);
    expect(await wait).toBe('ready');
    await home.waitFor((event) => event.type === 'chunk' && event.cause === 'demand' && event.state === 'done');
    expect(home.engine.problemOf('film')).toBeUndefined();
    expect(home.events.some((event) => event.type === 'title' && event.state === 'failed')).toBe(false);
  });

  test('for want of disk space is tried until there is some', async () => {
    let refusals = 5;
    const full = () => new AppError('disk_full', 'The disk is full.', { retryable: true });
    const home = await openHome(await newHome(), {
      wrapStore: failing((segment) => segment === 7 && refusals-- > 0, full),
      restMs: 10,
      heartbeatMs: 10,
    });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    await home.titleIs('film', 'complete');
    expect(refusals).toBeLessThan(0);
  });
});

describe('a title that is removed while it is encoded', () => {
  test('leaves no process, no folder and no work', async () => {
    const gate = createGate();
    const { wrapStore } = holding(gate, (_, segment) => segment >= 4);
    const folder = await newHome();
    const home = await openHome(folder, { wrapStore });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    await home.waitFor((event) => event.type === 'segment' && event.segment === 3);
    const removed = home.removeTitle('film');
    gate.open();
    await removed;
    expect(await processesNaming(folder)).toEqual([]);
    await home.close();
    expect(await readdir(join(folder, 'streams'))).toEqual([]);
    expect(await readdir(join(folder, 'tmp'))).toEqual([]);
    expect(await readdir(join(folder, 'failed'))).toEqual([]);
  });

  test.each(['probing', 'playable'])('ends its work in state %s too', async (state) => {
    const folder = await newHome();
    const home = await openHome(folder);
    await home.addTitle(film, 'film');
    const prepared = home.preparer.prepare('film');
    await home.titleIs('film', state);
    await home.removeTitle('film');
    expect(await processesNaming(folder)).toEqual([]);
    await prepared;
    await home.addTitle(film, 'other');
    await home.preparer.prepare('other');
    await home.titleIs('other', 'complete');
    await home.close();
    expect(await readdir(join(folder, 'streams'))).toEqual(['other']);
    expect(home.events.some((event) => event.type === 'title' && event.state === 'failed')).toBe(false);
  });

  test('ends at once although viewers wait at several places, and begins nothing anew', async () => {
    const home = await openHome(await newHome(), { isBackgroundOff: true, leadSegments: 0 });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    await home.waitFor((event) => event.type === 'chunk' && event.cause === 'first' && event.state === 'done');
    const signal = new AbortController().signal;
    const waits = [4, 6, 8, 10].map((segment) => home.waitForFile('film', 'v90', `${segment}.m4s`, signal));
    await home.waitFor((event) => event.type === 'chunk' && event.cause === 'demand' && event.state === 'started');
    const begun = () => new Set(home.events.flatMap((event) => (event.type === 'chunk' ? [event.chunkId] : []))).size;
    await home.removeTitle('film');
    const outcomes = await Promise.all(waits);
    expect(outcomes.every((outcome) => outcome === 'ready' || outcome === 'unknown')).toBe(true);
    expect(begun()).toBeLessThanOrEqual(5);
    expect(await home.queue.list('film')).toEqual([]);
  });

  test('by hand ends its work as well', async () => {
    const gate = createGate();
    const { holds, wrapStore } = holding(gate, (_, segment) => segment >= 4);
    const folder = await newHome();
    const home = await openHome(folder, { wrapStore, chunkSeconds: 60 });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    await holds(1);
    // In one step, as into a waste bin: files are still being written there.
    await rename(join(folder, 'streams', 'film'), join(folder, 'film'));
    home.bus.publish({ type: 'title-removed', titleId: 'film' });
    gate.open();
    await home.waitFor((event) => event.type === 'chunk' && event.state === 'released');
    await home.close();
    expect(await readdir(join(folder, 'streams'))).toEqual([]);
    expect(home.events.some((event) => event.type === 'title' && event.state === 'failed')).toBe(false);
  });
});

test('ending in the middle of everything leaves no process and no temporary folder', async () => {
  const folder = await newHome();
  const home = await openHome(folder, { encoders: 2 });
  for (const id of ['one', 'two', 'three', 'four', 'five']) await home.addTitle(film, id);
  for (const id of ['one', 'two', 'three', 'four', 'five']) void home.preparer.prepare(id);
  await home.waitFor((event) => event.type === 'segment');
  await home.close();
  expect(await processesNaming(folder)).toEqual([]);
  expect(await readdir(join(folder, 'tmp'))).toEqual([]);
  expect(home.events.some((event) => event.type === 'title' && event.state === 'failed')).toBe(false);
});
