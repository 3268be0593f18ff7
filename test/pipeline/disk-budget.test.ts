import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openSqliteCatalogue } from '../../pipeline/catalogue/sqlite-catalogue.ts';
import { openDiskHome, openFilm, SEGMENT_BYTES, upTo } from './disk-home.ts';

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
    const looks = vi.spyOn(catalogue, 'bytesCommitted');
    await Promise.all(Array.from({ length: 50 }, () => budget.makeRoom()));
    expect(looks.mock.calls.length).toBeLessThan(5);
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
    const { openBudget, commit, stored, catalogue } = await openFilm(10);
    const budget = openBudget(8);
    await budget.close();
    const looks = vi.spyOn(catalogue, 'bytesCommitted');
    await commit('film', 'a1', 0);
    await budget.makeRoom();
    expect(looks).not.toHaveBeenCalled();
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
    await commit('film', 'a1', 0);
    await budget.makeRoom();
    expect((await budget.view()).usedBytes).toBe(9 * SEGMENT_BYTES);
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
