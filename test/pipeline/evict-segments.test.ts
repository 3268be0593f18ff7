import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { reindex } from '../../pipeline/catalogue/reindex.ts';
import { titlePlan, titleRecord } from '../conformance/fixtures.ts';
import { openDiskHome, openFilm, SEGMENT_BYTES, upTo } from './disk-home.ts';

describe('what is evicted', () => {
  test('the least recently used, down to a little below the budget', async () => {
    const { openBudget, stored, evicted } = await openFilm(10);
    const budget = openBudget(8);
    await budget.makeRoom();
    expect(await stored('film', 'v360')).toEqual([3, 4, 5, 6, 7, 8, 9]);
    expect(evicted()).toEqual(['film v360 0', 'film v360 1', 'film v360 2']);
    expect(await budget.view()).toEqual({ usedBytes: 7 * SEGMENT_BYTES, maxBytes: 8 * SEGMENT_BYTES });
  });

  test('nothing where all fits to the byte', async () => {
    const { openBudget, evicted } = await openFilm(10);
    await openBudget(10).makeRoom();
    expect(evicted()).toEqual([]);
  });

  test('nothing without a budget', async () => {
    const { openBudget, evicted, commit } = await openFilm(10);
    const budget = openBudget(undefined);
    await commit('film', 'a1', 0);
    await budget.makeRoom();
    expect(evicted()).toEqual([]);
    expect(await budget.view()).toEqual({ usedBytes: 11 * SEGMENT_BYTES, maxBytes: null });
    expect(await budget.hasRoomForBackground()).toBe(true);
  });

  test.each(['asked', 'waiting'] as const)('last what a viewer %s for', async (state) => {
    const { openBudget, stored, ask, clock } = await openFilm(10);
    const budget = openBudget(8);
    clock.nowMs += 1000;
    ask('film', 'v360', 0, state);
    ask('film', 'v360', 2, state);
    ask('film', 'v360', 3, 'answered');
    await budget.makeRoom();
    expect(await stored('film', 'v360')).toEqual([0, 2, 5, 6, 7, 8, 9]);
  });

  test('of whichever title it is, over the titles of a library', async () => {
    const { addTitle, commit, openBudget, stored } = await openDiskHome();
    for (const id of ['a', 'b', 'c']) await addTitle(id);
    for (const segment of upTo(4)) for (const id of ['b', 'a', 'c']) await commit(id, 'v360', segment);
    await openBudget(8).makeRoom();
    expect(await Promise.all(['a', 'b', 'c'].map((id) => stored(id, 'v360')))).toEqual([
      [2, 3],
      [2, 3],
      [1, 2, 3],
    ]);
  });

  test('what nobody watches, although it was used later', async () => {
    const { openBudget, stored, watched, logged } = await openFilm(10);
    for (const segment of [0, 1, 5]) watched.add(`film v360 ${segment}`);
    await openBudget(6).makeRoom();
    expect(await stored('film', 'v360')).toEqual([0, 1, 5, 8, 9]);
    expect(logged).toEqual([]);
  });

  test('not what a viewer comes to while others are evicted', async () => {
    const { openBudget, stored, watched, bus } = await openFilm(10);
    bus.subscribe((event) => event.type === 'segment-evicted' && event.segment === 1 && watched.add('film v360 2').add('film v360 3'));
    await openBudget(8).makeRoom();
    expect(await stored('film', 'v360')).toEqual([2, 3, 5, 6, 7, 8, 9]);
  });

  test('never the original, an init segment, a plan or a poster', async () => {
    const { openBudget, store, mediaDir, stored } = await openFilm(20);
    await store.putInit('film', 'v360', new Uint8Array(50));
    await store.putAsset('film', 'poster.jpg', new Uint8Array(50));
    await openBudget(0).makeRoom();
    expect([await stored('film', 'v360'), await stored('film', 'a1')]).toEqual([[], []]);
    expect(await store.statFile('film', 'v360', 'init.mp4')).toBeDefined();
    expect(await store.readAsset('film', 'poster.jpg')).toBeDefined();
    expect(await store.readPlan('film')).toBeDefined();
    expect(() => renameSync(join(mediaDir, 'originals/film.mp4'), join(mediaDir, 'still-there'))).not.toThrow();
  });

  test('whatever was there already gone: it is forgotten, and no more goes for it than must', async () => {
    const { openBudget, stored, mediaDir } = await openFilm(10);
    for (const segment of [0, 1]) rmSync(join(mediaDir, `streams/film/v360/${segment}.m4s`));
    await openBudget(8).makeRoom();
    expect(await stored('film', 'v360')).toEqual([3, 4, 5, 6, 7, 8, 9]);
  });

  test('over more segments than are looked at together', async () => {
    const { addTitle, catalogue, openBudget, evicted, watched, commit } = await openDiskHome();
    await addTitle('film', { segments: 1000 });
    for (const segment of upTo(600)) await catalogue.recordSegment('film', 'v360', segment, SEGMENT_BYTES);
    for (const segment of upTo(599)) watched.add(`film v360 ${segment}`);
    await commit('film', 'a1', 0, 1);
    await openBudget(600).makeRoom();
    expect(evicted()).toEqual(['film v360 599', 'film a1 0', 'film a1 1']);
  });
});

describe('what could not be made again', () => {
  test.each([
    ['a broadcast', { kind: 'broadcast' as const }],
    ['a title that failed', { error: { code: 'ffmpeg_failed', message: 'It is broken.' } }],
  ])('stays: %s', async (_, changes) => {
    const { addTitle, commit, openBudget, stored, evicted } = await openDiskHome();
    await addTitle('kept', changes);
    await addTitle('film');
    await commit('kept', 'v360', ...upTo(5));
    await commit('film', 'v360', ...upTo(5));
    await openBudget(6).makeRoom();
    expect(await stored('kept', 'v360')).toEqual([0, 1, 2, 3, 4]);
    expect(evicted()).toHaveLength(5);
  });

  test.each([
    ['is missing', () => {}],
    ['is another file by now', (path: string) => writeFileSync(path, 'short')],
    ['is a folder', (path: string) => mkdirSync(path)],
  ])('stays: a title whose original %s, until it is put back', async (_, spoil) => {
    const { mediaDir, openBudget, stored } = await openFilm(10);
    const budget = openBudget(6);
    const path = join(mediaDir, 'originals/film.mp4');
    rmSync(path);
    spoil(path);
    await budget.makeRoom();
    expect(await stored('film', 'v360')).toHaveLength(10);
    rmSync(path, { recursive: true, force: true });
    writeFileSync(path, new Uint8Array(titleRecord('film').source.sizeBytes));
    await budget.makeRoom();
    expect(await stored('film', 'v360')).toHaveLength(5);
  });

  test('stays: a title that was planned for another encoder', async () => {
    const { openBudget, stored } = await openFilm(10);
    await openBudget(6, { encoderFingerprint: 'libx264 of tomorrow' }).makeRoom();
    expect(await stored('film', 'v360')).toHaveLength(10);
    await openBudget(6, { encoderFingerprint: titlePlan('film').encoderFingerprint }).makeRoom();
    expect(await stored('film', 'v360')).toHaveLength(5);
  });
});

describe('what is told', () => {
  test('a complete title of which something went is playable again, with its true progress', async () => {
    const { openBudget, catalogue, events, store, log } = await openFilm(20);
    await reindex({ store, catalogue, log });
    expect((await catalogue.getTitle('film'))?.state).toBe('complete');
    events.length = 0;
    await openBudget(18).makeRoom();
    expect(await catalogue.getTitle('film')).toMatchObject({ state: 'playable', segmentsPlanned: 20, segmentsCommitted: 17 });
    expect(events.map(({ type }) => type)).toEqual(['segment-evicted', 'segment-evicted', 'segment-evicted', 'title']);
    expect(events.at(-1)).toEqual({ type: 'title', titleId: 'film', state: 'playable', progress: 17 / 20 });
  });

  test('a title that is removed meanwhile stays removed', async () => {
    const { openBudget, catalogue, bus, store, addTitle, commit, events } = await openFilm(10);
    await addTitle('other');
    await commit('other', 'v360', 0, 1, 2, 3);
    const removing: Promise<void>[] = [];
    bus.subscribe((event) => {
      if (event.type === 'segment-evicted' && event.segment === 0) removing.push(store.removeTitle('film'), catalogue.removeTitle('film'));
    });
    await openBudget(8).makeRoom();
    await Promise.all(removing);
    expect((await catalogue.listTitles()).map(({ record }) => record.id)).toEqual(['other']);
    expect(await store.listTitles()).toEqual(['other']);
    expect(events.filter((event) => event.type === 'title')).toEqual([]);
  });

  test('a segment that is committed while it is evicted is there, also for the catalogue, and not called evicted', async () => {
    const { openBudget, stored, evicted } = await openFilm(10, (store) => ({
      ...store,
      async removeSegment(titleId, renditionId, segment) {
        await store.removeSegment(titleId, renditionId, segment);
        if (segment === 0) await store.putSegment(titleId, renditionId, segment, new Uint8Array(SEGMENT_BYTES));
      },
    }));
    await openBudget(8).makeRoom();
    expect(await stored('film', 'v360')).toContain(0);
    expect(evicted()).not.toContain('film v360 0');
  });

  test('a title whose segments cannot be removed is told of once, and others give room', async () => {
    let tries = 0;
    const { openBudget, addTitle, commit, stored, logged } = await openFilm(10, (store) => ({
      ...store,
      async removeSegment(titleId, renditionId, segment) {
        if (titleId === 'film') {
          tries += 1;
          throw new Error('read-only');
        }
        await store.removeSegment(titleId, renditionId, segment);
      },
    }));
    await addTitle('other');
    await commit('other', 'v360', ...upTo(5));
    const budget = openBudget(12);
    await budget.makeRoom();
    expect(await stored('film', 'v360')).toHaveLength(10);
    expect(await stored('other', 'v360')).toEqual([4]);
    expect(tries).toBe(1);
    await commit('other', 'v360', 0, 1);
    await budget.makeRoom();
    expect(logged.filter((line) => line.includes('read-only'))).toHaveLength(1);
  });
});
