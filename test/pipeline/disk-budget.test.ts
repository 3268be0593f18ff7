import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { reindex } from '../../pipeline/catalogue/reindex.ts';
import { openSqliteCatalogue } from '../../pipeline/catalogue/sqlite-catalogue.ts';
import type { SegmentStore } from '../../pipeline/storage/segment-store.ts';
import { titlePlan, titleRecord } from '../conformance/fixtures.ts';
import { openDiskHome, SEGMENT_BYTES } from './disk-home.ts';

const upTo = (end: number) => Array.from({ length: end }, (_, segment) => segment);

/** The film with `count` of its twenty segments, committed in order; no budget looked on. */
async function openFilm(count: number, wrapStore?: (store: SegmentStore) => SegmentStore) {
  const home = await openDiskHome(wrapStore);
  await home.addTitle('film');
  for (const segment of upTo(count)) await home.commit('film', segment < 10 ? 'v360' : 'a1', segment % 10);
  return home;
}

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
    const { openBudget, addTitle, commit, stored, logged } = await openFilm(10, (store) => ({
      ...store,
      async removeSegment(titleId, renditionId, segment) {
        if (titleId === 'film') throw new Error('read-only');
        await store.removeSegment(titleId, renditionId, segment);
      },
    }));
    await addTitle('other');
    await commit('other', 'v360', ...upTo(5));
    const budget = openBudget(12);
    await budget.makeRoom();
    expect(await stored('film', 'v360')).toHaveLength(10);
    expect(await stored('other', 'v360')).toEqual([4]);
    await commit('other', 'v360', 0, 1);
    await budget.makeRoom();
    expect(logged.filter((line) => line.includes('read-only'))).toHaveLength(1);
  });
});

describe('when room is made', () => {
  test('by itself after a commit beyond the budget', async () => {
    const { openBudget, commit, stored, eventually } = await openFilm(8);
    openBudget(8);
    await commit('film', 'v360', 8);
    await eventually(async () => expect(await stored('film', 'v360')).toEqual([2, 3, 4, 5, 6, 7, 8]));
  });

  test('once, however often it is asked for at once', async () => {
    const { openBudget, catalogue, evicted } = await openFilm(10);
    const budget = openBudget(8);
    const looks = vi.spyOn(catalogue, 'leastRecentlyUsed');
    await Promise.all(Array.from({ length: 50 }, () => budget.makeRoom()));
    expect(looks).toHaveBeenCalledTimes(1);
    expect(new Set(evicted()).size).toBe(evicted().length);
    expect(evicted()).toHaveLength(3);
  });

  test('also for what is committed while room is made', async () => {
    const { openBudget, commit, catalogue, bus } = await openFilm(10);
    const budget = openBudget(8);
    const commits: Promise<void>[] = [];
    bus.subscribe((event) => {
      if (event.type === 'segment-evicted' && commits.length === 0) commits.push(commit('film', 'a1', 0, 1, 2, 3));
    });
    await budget.makeRoom();
    await Promise.all(commits);
    await budget.makeRoom();
    expect(await catalogue.bytesCommitted()).toBeLessThanOrEqual(8 * SEGMENT_BYTES);
  });

  test('not after close', async () => {
    const { openBudget, commit, stored } = await openFilm(10);
    const budget = openBudget(8);
    await budget.close();
    await commit('film', 'a1', 0);
    await budget.makeRoom();
    expect(await stored('film', 'v360')).toHaveLength(10);
  });

  test('no more than the segment under way when it is closed', async () => {
    const { openBudget, evicted, bus, catalogue } = await openFilm(10);
    const budget = openBudget(2);
    const closed: Promise<void>[] = [];
    bus.subscribe((event) => event.type === 'segment-evicted' && closed.push(budget.close()));
    await budget.makeRoom();
    await Promise.all(closed);
    expect(evicted()).toEqual(['film v360 0']);
    expect(await catalogue.getTitle('film')).toMatchObject({ state: 'playable', segmentsCommitted: 9 });
  });

  test('again after a while, where nothing more could be evicted', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { openBudget, watched, catalogue, stored, logged, commit, ask } = await openFilm(10);
    for (const segment of upTo(10)) watched.add(`film v360 ${segment}`);
    const budget = openBudget(4);
    await budget.makeRoom();
    const looks = vi.spyOn(catalogue, 'leastRecentlyUsed');
    await commit('film', 'v360', 0, 1);
    ask('film', 'v360', 9);
    expect(looks).not.toHaveBeenCalled();
    await budget.makeRoom();
    expect(await stored('film', 'v360')).toHaveLength(10);
    expect(logged.filter((line) => line.includes('MAX_DISK_BYTES'))).toHaveLength(1);
    watched.clear();
    vi.advanceTimersByTime(5000);
    // What the timer began is joined.
    await budget.makeRoom();
    expect(await stored('film', 'v360')).toEqual([7, 8, 9]);
  });
});

describe('a restart', () => {
  test('finds what was watched before it', async () => {
    const { openBudget, ask, clock, mediaDir, evicted } = await openFilm(10);
    const before = openBudget(10);
    clock.nowMs += 1000;
    for (const segment of upTo(3)) ask('film', 'v360', segment);
    await before.close();
    const reopened = await openSqliteCatalogue({ path: join(mediaDir, 'catalogue.sqlite') });
    onTestFinished(() => reopened.close());
    await openBudget(8, { catalogue: reopened }).makeRoom();
    expect(evicted()).toEqual(['film v360 3', 'film v360 4', 'film v360 5']);
  });

  test('with a smaller budget leaves no room for the background either', async () => {
    const { openBudget } = await openFilm(10);
    const budget = openBudget(4);
    expect(await budget.hasRoomForBackground()).toBe(false);
    await budget.makeRoom();
    expect(await budget.hasRoomForBackground()).toBe(false);
  });
});

describe('viewers', () => {
  test('of two titles, each larger than the budget, have every segment when they ask, from the first to the last and again', async () => {
    const { openBudget, addTitle, commit, ask, store, watched, stored, catalogue, events, logged } = await openDiskHome();
    const budget = openBudget(12);
    const titles = ['a', 'b'];
    for (const id of titles) await addTitle(id, { segments: 25 });
    const encoded: string[] = [];
    for (const round of [1, 2]) {
      for (const segment of upTo(25)) {
        for (const id of titles) {
          for (const renditionId of ['v360', 'a1']) {
            for (const ahead of [0, 1]) watched.add(`${id} ${renditionId} ${segment + ahead}`);
            watched.delete(`${id} ${renditionId} ${segment - 1}`);
            const isThere = (await store.statFile(id, renditionId, `${segment}.m4s`)) !== undefined;
            ask(id, renditionId, segment, isThere ? 'asked' : 'waiting');
            if (!isThere) {
              encoded.push(`${id} ${renditionId} ${segment}`);
              await commit(id, renditionId, segment);
              ask(id, renditionId, segment, 'answered');
            }
            await budget.makeRoom();
            expect(
              await store.readFile(id, renditionId, `${segment}.m4s`),
              `${id} ${renditionId} ${segment}, round ${round}`,
            ).toBeDefined();
            expect(await catalogue.bytesCommitted()).toBeLessThanOrEqual(12 * SEGMENT_BYTES);
          }
        }
      }
      watched.clear();
    }
    // What is left of the end when it begins again is far from the beginning: all is made a second time.
    expect(encoded).toHaveLength(2 * 100);
    for (const id of titles) expect(await stored(id, 'v360')).toContain(24);
    expect(events.filter((event) => event.type === 'segment-evicted')).toHaveLength(
      200 - (await catalogue.bytesCommitted()) / SEGMENT_BYTES,
    );
    expect(logged).toEqual([]);
  });

  test('of more than the budget holds have all of it, and the log says so once', async () => {
    const { openBudget, commit, ask, watched, stored, logged } = await openFilm(0);
    const budget = openBudget(4);
    for (const segment of upTo(10)) {
      watched.add(`film v360 ${segment}`);
      ask('film', 'v360', segment, 'waiting');
      await commit('film', 'v360', segment);
      await budget.makeRoom();
    }
    expect(await stored('film', 'v360')).toHaveLength(10);
    expect(await budget.view()).toEqual({ usedBytes: 1000, maxBytes: 400 });
    expect(logged).toHaveLength(1);
    expect(JSON.parse(logged[0] ?? '')).toMatchObject({ maxBytes: 400, msg: expect.stringContaining('MAX_DISK_BYTES') });
    watched.clear();
    await budget.makeRoom();
    for (const segment of upTo(10)) watched.add(`film a1 ${segment}`);
    await commit('film', 'a1', ...upTo(10));
    await budget.makeRoom();
    expect(logged).toHaveLength(2);
  });
});

describe('the background', () => {
  test('stops before viewers lose anything, and what it still brings is evicted once', async () => {
    const { openBudget, commit, evicted } = await openFilm(0);
    const budget = openBudget(10);
    let committed = 0;
    while (await budget.hasRoomForBackground()) await commit('film', 'v360', committed++);
    await budget.makeRoom();
    expect([committed, evicted()]).toEqual([10, []]);
  });

  test('does not fill up what was evicted for viewers', async () => {
    const { openBudget, commit } = await openFilm(10);
    const budget = openBudget(10);
    expect(await budget.hasRoomForBackground()).toBe(false);
    await commit('film', 'a1', 0, 1);
    await budget.makeRoom();
    expect((await budget.view()).usedBytes).toBeLessThan(10 * SEGMENT_BYTES);
    expect(await budget.hasRoomForBackground()).toBe(false);
  });

  test('does not though the segments are large beside the budget', async () => {
    const { openBudget, commit, clock, catalogue } = await openFilm(0);
    const budget = openBudget(undefined, { maxBytes: 150 });
    await commit('film', 'v360', 0);
    clock.nowMs += 1;
    await commit('film', 'v360', 1);
    await budget.makeRoom();
    expect(await catalogue.bytesCommitted()).toBe(100);
    expect(await budget.hasRoomForBackground()).toBe(false);
  });

  test('goes on when a title was removed', async () => {
    const { openBudget, commit, addTitle, catalogue } = await openFilm(10);
    await addTitle('other');
    const budget = openBudget(10);
    await commit('other', 'v360', 0, 1);
    await budget.makeRoom();
    expect(await budget.hasRoomForBackground()).toBe(false);
    await catalogue.removeTitle('film');
    expect(await budget.hasRoomForBackground()).toBe(true);
  });
});
