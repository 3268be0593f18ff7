import { expect, onTestFinished, test } from 'vitest';
import type { Catalogue } from '../../pipeline/catalogue/catalogue.ts';
import { titleRecord } from './fixtures.ts';

/** What every Catalogue driver does. `openCatalogue` answers a new, empty one with the clock given. */
export function catalogueConformance(openCatalogue: (options: { nowMs: () => number }) => Promise<Catalogue>): void {
  async function open(nowMs: () => number = Date.now): Promise<Catalogue> {
    const catalogue = await openCatalogue({ nowMs });
    onTestFinished(() => catalogue.close());
    return catalogue;
  }

  /** A catalogue with the planned titles t1 and t2, and its clock. */
  async function openUsed() {
    const clock = { nowMs: 1000 };
    const catalogue = await open(() => clock.nowMs);
    for (const id of ['t1', 't2']) await catalogue.putTitle(titleRecord(id, { planRevision: 0 }), 'playable', 3, 6);
    const record = async (titleId: string, renditionId: string, segment: number, usedAtMs?: number) =>
      catalogue.recordSegment(titleId, renditionId, segment, 10, usedAtMs);
    const oldestFirst = async () =>
      (await catalogue.leastRecentlyUsed(100)).map(
        ({ titleId, renditionId, segment, usedAtMs }) => `${titleId} ${renditionId} ${segment} ${usedAtMs}`,
      );
    return { catalogue, clock, record, oldestFirst };
  }

  test('an empty catalogue knows nothing', async () => {
    const catalogue = await open();
    expect(await catalogue.listTitles()).toEqual([]);
    expect(await catalogue.getTitle('t1')).toBeUndefined();
    expect(await catalogue.findByIdentity('1000-t1')).toBeUndefined();
    expect(await catalogue.listSegments('t1', 'v360')).toEqual([]);
    expect(await catalogue.renditionStats('t1')).toEqual([]);
    await catalogue.setState('t1', 'failed');
    await catalogue.removeTitle('t1');
    await catalogue.forgetSegment('t1', 'v360', 0);
    expect(await catalogue.getTitle('t1')).toBeUndefined();
  });

  test('a title is as it was last put', async () => {
    const catalogue = await open();
    await catalogue.putTitle(titleRecord('t1'), 'waiting', null, 0);
    expect(await catalogue.getTitle('t1')).toEqual({
      record: titleRecord('t1'),
      state: 'waiting',
      durationSeconds: null,
      segmentsPlanned: 0,
      segmentsCommitted: 0,
    });
    const planned = titleRecord('t1', { planRevision: 0, name: `quote ' and "😀"` });
    await catalogue.putTitle(planned, 'playable', 12.48, 6);
    const expected = { record: planned, state: 'playable', durationSeconds: 12.48, segmentsPlanned: 6, segmentsCommitted: 0 };
    expect(await catalogue.getTitle('t1')).toEqual(expected);
    await catalogue.setState('t1', 'complete');
    expect(await catalogue.getTitle('t1')).toEqual({ ...expected, state: 'complete' });
  });

  test('titles are listed newest first', async () => {
    const catalogue = await open();
    for (const [id, createdAtMs] of Object.entries({ a: 2, b: 3, c: 1 })) {
      await catalogue.putTitle(titleRecord(id, { createdAtMs }), 'waiting', null, 0);
    }
    expect((await catalogue.listTitles()).map((title) => title.record.id)).toEqual(['b', 'a', 'c']);
  });

  test('a title is found by the identity of its source; of several, the oldest', async () => {
    const catalogue = await open();
    const source = { ...titleRecord('x').source, identity: '77-abc' };
    await catalogue.putTitle(titleRecord('new', { source, createdAtMs: 2 }), 'waiting', null, 0);
    await catalogue.putTitle(titleRecord('old', { source, createdAtMs: 1 }), 'waiting', null, 0);
    expect((await catalogue.findByIdentity('77-abc'))?.record.id).toBe('old');
    await catalogue.removeTitle('old');
    expect((await catalogue.findByIdentity('77-abc'))?.record.id).toBe('new');
    expect(await catalogue.findByIdentity('77-ab')).toBeUndefined();
  });

  test('recording a segment twice counts once, and a new size replaces the old', async () => {
    const catalogue = await open();
    await catalogue.putTitle(titleRecord('t1', { planRevision: 0 }), 'playable', 3, 6);
    expect(await catalogue.recordSegment('t1', 'v360', 2, 100)).toBe(true);
    expect(await catalogue.recordSegment('t1', 'v360', 2, 100)).toBe(false);
    expect(await catalogue.recordSegment('t1', 'v360', 0, 50)).toBe(true);
    expect(await catalogue.recordSegment('t1', 'a1', 0, 7)).toBe(true);
    expect(await catalogue.recordSegment('t1', 'v360', 2, 120)).toBe(false);
    expect(await catalogue.listSegments('t1', 'v360')).toEqual([
      { segment: 0, sizeBytes: 50 },
      { segment: 2, sizeBytes: 120 },
    ]);
    expect(await catalogue.renditionStats('t1')).toEqual([
      { renditionId: 'a1', segmentsCommitted: 1, bytesCommitted: 7 },
      { renditionId: 'v360', segmentsCommitted: 2, bytesCommitted: 170 },
    ]);
    expect((await catalogue.getTitle('t1'))?.segmentsCommitted).toBe(3);
    expect((await catalogue.listTitles())[0]?.segmentsCommitted).toBe(3);
  });

  test('a forgotten segment is gone from lists and sums, and may come back', async () => {
    const catalogue = await open();
    await catalogue.putTitle(titleRecord('t1', { planRevision: 0 }), 'playable', 3, 6);
    await catalogue.recordSegment('t1', 'v360', 0, 50);
    await catalogue.recordSegment('t1', 'v360', 1, 60);
    await catalogue.forgetSegment('t1', 'v360', 0);
    await catalogue.forgetSegment('t1', 'v360', 0);
    await catalogue.forgetSegment('t1', 'v720', 0);
    expect(await catalogue.renditionStats('t1')).toEqual([{ renditionId: 'v360', segmentsCommitted: 1, bytesCommitted: 60 }]);
    await catalogue.forgetSegment('t1', 'v360', 1);
    expect(await catalogue.renditionStats('t1')).toEqual([]);
    expect((await catalogue.getTitle('t1'))?.segmentsCommitted).toBe(0);
    expect(await catalogue.recordSegment('t1', 'v360', 0, 50)).toBe(true);
  });

  test('putting a title again keeps its segments', async () => {
    const catalogue = await open();
    await catalogue.putTitle(titleRecord('t1', { planRevision: 0 }), 'playable', 3, 6);
    await catalogue.recordSegment('t1', 'v360', 0, 50);
    await catalogue.putTitle(titleRecord('t1', { planRevision: 0, name: 'renamed' }), 'playable', 3, 6);
    expect((await catalogue.getTitle('t1'))?.segmentsCommitted).toBe(1);
  });

  test('segments of what a title does without do not count as progress', async () => {
    const catalogue = await open();
    await catalogue.putTitle(titleRecord('t1', { planRevision: 0, leftOut: ['i360'] }), 'playable', 3, 6);
    await catalogue.recordSegment('t1', 'v360', 0, 50);
    await catalogue.recordSegment('t1', 'i360', 0, 7);
    expect((await catalogue.getTitle('t1'))?.segmentsCommitted).toBe(1);
  });

  test('only segments of the current plan revision count as progress', async () => {
    const catalogue = await open();
    await catalogue.putTitle(titleRecord('t1', { planRevision: 0 }), 'complete', 3, 2);
    await catalogue.recordSegment('t1', 'v360', 0, 50);
    await catalogue.recordSegment('t1', 'v360', 1, 50);
    await catalogue.putTitle(titleRecord('t1', { planRevision: 1 }), 'playable', 4, 3);
    expect((await catalogue.getTitle('t1'))?.segmentsCommitted).toBe(0);
    await catalogue.recordSegment('t1', 'v360-r1', 0, 50);
    expect((await catalogue.getTitle('t1'))?.segmentsCommitted).toBe(1);
    expect((await catalogue.renditionStats('t1')).map((stats) => stats.renditionId)).toEqual(['v360', 'v360-r1']);
  });

  test('a removed title takes its segments along, and a late commit does not bring it back', async () => {
    const catalogue = await open();
    await catalogue.putTitle(titleRecord('t1', { planRevision: 0 }), 'playable', 3, 6);
    await catalogue.putTitle(titleRecord('t2', { planRevision: 0 }), 'playable', 3, 6);
    await catalogue.recordSegment('t1', 'v360', 0, 50);
    await catalogue.recordSegment('t2', 'v360', 0, 50);
    await catalogue.removeTitle('t1');
    expect(await catalogue.recordSegment('t1', 'v360', 1, 50)).toBe(false);
    expect(await catalogue.listSegments('t1', 'v360')).toEqual([]);
    expect((await catalogue.listTitles()).map((title) => title.record.id)).toEqual(['t2']);
    await catalogue.putTitle(titleRecord('t1', { planRevision: 0 }), 'playable', 3, 6);
    expect((await catalogue.getTitle('t1'))?.segmentsCommitted).toBe(0);
  });

  test('a segment counts as used when it was recorded, and later when it is watched', async () => {
    const { catalogue, clock, record, oldestFirst } = await openUsed();
    await record('t1', 'v360', 0);
    clock.nowMs = 2000;
    await record('t2', 'a1', 5);
    await record('t1', 'v360', 0);
    expect(await oldestFirst()).toEqual(['t1 v360 0 1000', 't2 a1 5 2000']);
    await catalogue.noteUsed('t1', 'v360', [0, 1], 3000);
    expect(await oldestFirst()).toEqual(['t2 a1 5 2000', 't1 v360 0 3000']);
    await catalogue.noteUsed('t1', 'v360', [0], 2500);
    expect(await oldestFirst()).toEqual(['t2 a1 5 2000', 't1 v360 0 3000']);
    expect((await catalogue.leastRecentlyUsed(1))[0]).toEqual({
      titleId: 't2',
      renditionId: 'a1',
      segment: 5,
      sizeBytes: 10,
      usedAtMs: 2000,
    });
  });

  test('watching what is not there changes nothing', async () => {
    const { catalogue, record, oldestFirst } = await openUsed();
    await record('t1', 'v360', 0);
    await catalogue.noteUsed('t1', 'v360', [], 9000);
    await catalogue.noteUsed('t1', 'v720', [0], 9000);
    await catalogue.noteUsed('t2', 'v360', [0], 9000);
    await catalogue.noteUsed('t9', 'v360', [0], 9000);
    expect(await oldestFirst()).toEqual(['t1 v360 0 1000']);
  });

  test('a segment that was found counts as used when it was made, never in the future', async () => {
    const { record, oldestFirst } = await openUsed();
    await record('t1', 'v360', 0, 5000);
    await record('t1', 'v360', 1, 400);
    await record('t1', 'v360', 1, 300);
    expect(await oldestFirst()).toEqual(['t1 v360 1 400', 't1 v360 0 1000']);
  });

  test('a segment that was forgotten and made again is a new one', async () => {
    const { catalogue, clock, record, oldestFirst } = await openUsed();
    await record('t1', 'v360', 0);
    await catalogue.forgetSegment('t1', 'v360', 0);
    expect(await oldestFirst()).toEqual([]);
    clock.nowMs = 2000;
    await record('t1', 'v360', 0);
    expect(await oldestFirst()).toEqual(['t1 v360 0 2000']);
  });

  test('pages of the least recently used, put together, hold each segment once, also of one moment', async () => {
    const { catalogue, clock, record, oldestFirst } = await openUsed();
    for (const titleId of ['t2', 't1']) {
      for (const renditionId of ['v360', 'a1'])
        for (let segment = 0; segment < 5; segment += 1) await record(titleId, renditionId, segment);
    }
    clock.nowMs = 500;
    await record('t1', 'v720', 7);
    const whole = await catalogue.leastRecentlyUsed(100);
    expect(whole).toHaveLength(21);
    expect(new Set(await oldestFirst()).size).toBe(21);
    expect(whole[0]).toMatchObject({ renditionId: 'v720', segment: 7, usedAtMs: 500 });
    const paged = [];
    for (let page = await catalogue.leastRecentlyUsed(4); page.length > 0; page = await catalogue.leastRecentlyUsed(4, page.at(-1))) {
      expect(page.length).toBeLessThanOrEqual(4);
      paged.push(...page);
    }
    expect(paged).toEqual(whole);
  });

  test('a page goes on after a segment that has gone, and after a whole title that has', async () => {
    const { catalogue, clock, record } = await openUsed();
    await record('t1', 'v360', 0);
    clock.nowMs = 2000;
    await record('t2', 'v360', 0);
    await record('t2', 'v360', 1);
    const [first] = await catalogue.leastRecentlyUsed(1);
    await catalogue.forgetSegment('t1', 'v360', 0);
    expect((await catalogue.leastRecentlyUsed(9, first)).map(({ segment }) => segment)).toEqual([0, 1]);
    await catalogue.removeTitle('t1');
    expect((await catalogue.leastRecentlyUsed(9, first)).map(({ segment }) => segment)).toEqual([0, 1]);
  });

  test('the bytes of all titles add up, whatever comes and goes', async () => {
    const { catalogue, record } = await openUsed();
    expect(await catalogue.bytesCommitted()).toBe(0);
    await record('t1', 'v360', 0);
    await record('t1', 'v360', 0);
    await record('t1', 'a1', 0);
    await record('t2', 'v360', 3);
    expect(await catalogue.bytesCommitted()).toBe(30);
    await catalogue.recordSegment('t1', 'a1', 0, 25);
    expect(await catalogue.bytesCommitted()).toBe(45);
    await catalogue.forgetSegment('t1', 'a1', 0);
    await catalogue.forgetSegment('t1', 'a1', 0);
    expect(await catalogue.bytesCommitted()).toBe(20);
    await catalogue.removeTitle('t1');
    expect(await catalogue.bytesCommitted()).toBe(10);
  });

  test('the bandwidth of a rendition is kept while segments come and go, until it is measured anew or its title goes', async () => {
    const { catalogue, record } = await openUsed();
    await record('t1', 'v360', 0);
    await record('t2', 'v360', 0);
    expect(await catalogue.keptBandwidths('t1')).toEqual(new Map());
    await catalogue.keepBandwidth('t1', 'v360', { peakBps: 9, averageBps: 5 });
    await catalogue.keepBandwidth('t1', 'v360', { peakBps: 1000.5, averageBps: 800 });
    await catalogue.keepBandwidth('t1', 'v720', { peakBps: 9, averageBps: 5 });
    await catalogue.forgetSegment('t1', 'v360', 0);
    await catalogue.putTitle(titleRecord('t1', { planRevision: 0 }), 'playable', 3, 6);
    expect(await catalogue.keptBandwidths('t1')).toEqual(new Map([['v360', { peakBps: 1000.5, averageBps: 800 }]]));
    expect(await catalogue.keptBandwidths('t2')).toEqual(new Map());
    await catalogue.removeTitle('t1');
    expect(await catalogue.keptBandwidths('t1')).toEqual(new Map());
  });
}
