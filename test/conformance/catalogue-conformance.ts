import { expect, onTestFinished, test } from 'vitest';
import type { Catalogue } from '../../pipeline/catalogue/catalogue.ts';
import { titleRecord } from './fixtures.ts';

/** What every Catalogue driver does. `openCatalogue` answers a new, empty one. */
export function catalogueConformance(openCatalogue: () => Promise<Catalogue>): void {
  async function open(): Promise<Catalogue> {
    const catalogue = await openCatalogue();
    onTestFinished(() => catalogue.close());
    return catalogue;
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
}
