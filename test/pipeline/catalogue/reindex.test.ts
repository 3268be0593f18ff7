import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { reindex, reindexSegment } from '../../../pipeline/catalogue/reindex.ts';
import { openSqliteCatalogue } from '../../../pipeline/catalogue/sqlite-catalogue.ts';
import { AppError } from '../../../pipeline/errors.ts';
import { createLog } from '../../../pipeline/log.ts';
import { createFsSegmentStore } from '../../../pipeline/storage/fs-segment-store.ts';
import type { SegmentStore } from '../../../pipeline/storage/segment-store.ts';
import { bytesOf, temporaryFolder, titlePlan, titleRecord } from '../../conformance/fixtures.ts';

async function openHome() {
  const home = temporaryFolder();
  const root = join(home, 'streams');
  const store = createFsSegmentStore({ root });
  const catalogue = await openSqliteCatalogue({ path: join(home, 'catalogue.sqlite') });
  onTestFinished(() => catalogue.close());
  return { root, store, catalogue, log: createLog('silent') };
}

type Home = Awaited<ReturnType<typeof openHome>>;

async function putPlanned({ store }: Home, id: string, committed: Record<string, number[]>): Promise<void> {
  await store.writeTitle(titleRecord(id, { planRevision: 0 }));
  await store.writePlan(titlePlan(id));
  for (const [renditionId, segments] of Object.entries(committed)) {
    for (const segment of segments) await store.putSegment(id, renditionId, segment, new Uint8Array(segment + 10));
  }
}

describe('reindex', () => {
  test('from nothing, the catalogue becomes what the store holds', async () => {
    const home = await openHome();
    await putPlanned(home, 'whole', { v360: [0, 1, 2], a1: [0, 1, 2] });
    await putPlanned(home, 'part', { v360: [2] });
    await home.store.writeTitle(titleRecord('waiting'));
    await home.store.writeTitle(titleRecord('failed', { error: { code: 'source_empty', message: 'Empty.' } }));
    expect(await reindex(home)).toEqual({ titles: 4, segments: 7 });
    const states = Object.fromEntries((await home.catalogue.listTitles()).map((title) => [title.record.id, title.state]));
    expect(states).toEqual({ whole: 'complete', part: 'playable', waiting: 'waiting', failed: 'failed' });
    expect(await home.catalogue.getTitle('part')).toEqual({
      record: titleRecord('part', { planRevision: 0 }),
      state: 'playable',
      durationSeconds: 3,
      segmentsPlanned: 6,
      segmentsCommitted: 1,
    });
    expect(await home.catalogue.renditionStats('whole')).toEqual([
      { renditionId: 'a1', segmentsCommitted: 3, bytesCommitted: 33 },
      { renditionId: 'v360', segmentsCommitted: 3, bytesCommitted: 33 },
    ]);
  });

  test('a title that the disk refuses to read now stays as it was known, and the others go on', async () => {
    const home = await openHome();
    await putPlanned(home, 'away', { v360: [0, 1] });
    await putPlanned(home, 'part', { v360: [2] });
    await reindex(home);
    const known = await home.catalogue.getTitle('away');
    await home.store.putSegment('part', 'v360', 1, new Uint8Array(5));
    const refusing: SegmentStore = {
      ...home.store,
      async readTitle(titleId) {
        if (titleId === 'away') throw new AppError('store_failed', 'The disk reports an error.', { retryable: true });
        return home.store.readTitle(titleId);
      },
    };
    expect(await reindex({ ...home, store: refusing })).toEqual({ titles: 1, segments: 2 });
    expect(await home.catalogue.getTitle('away')).toEqual(known);
  });

  test('a second time changes nothing', async () => {
    const home = await openHome();
    await putPlanned(home, 'part', { v360: [0, 2], a1: [1] });
    const counted = await reindex(home);
    const before = [await home.catalogue.listTitles(), await home.catalogue.listSegments('part', 'v360')];
    expect(await reindex(home)).toEqual(counted);
    expect([await home.catalogue.listTitles(), await home.catalogue.listSegments('part', 'v360')]).toEqual(before);
  });

  test('from nothing, segments count as used when they were made; what the catalogue knew of their use stays', async () => {
    const home = await openHome();
    await putPlanned(home, 't', { v360: [0, 1, 2] });
    const makeOld = (segment: number, seconds: number) => utimesSync(join(home.root, `t/v360/${segment}.m4s`), seconds, seconds);
    for (const [segment, seconds] of [
      [0, 300],
      [1, 100],
      [2, 200],
    ] as const)
      makeOld(segment, seconds);
    await reindex(home);
    const used = async () => (await home.catalogue.leastRecentlyUsed(9)).map(({ segment, usedAtMs }) => [segment, usedAtMs]);
    expect(await used()).toEqual([
      [1, 100_000],
      [2, 200_000],
      [0, 300_000],
    ]);
    await home.catalogue.noteUsed('t', 'v360', [1], 400_000);
    await reindex(home);
    expect(await used()).toEqual([
      [2, 200_000],
      [0, 300_000],
      [1, 400_000],
    ]);
    await home.store.putSegment('t', 'a1', 0, bytesOf('x'));
    utimesSync(join(home.root, 't/a1/0.m4s'), 50, 50);
    await reindexSegment(home, 't', 'a1', 0);
    expect((await used())[0]).toEqual([0, 50_000]);
  });

  test('what is no longer in the store goes: titles, renditions, segments; a changed size is corrected', async () => {
    const home = await openHome();
    await putPlanned(home, 'gone', { v360: [0] });
    await putPlanned(home, 'stays', { v360: [0, 1, 2], a1: [0, 1, 2] });
    await reindex(home);
    rmSync(join(home.root, 'gone'), { recursive: true });
    rmSync(join(home.root, 'stays/a1'), { recursive: true });
    rmSync(join(home.root, 'stays/v360/1.m4s'));
    writeFileSync(join(home.root, 'stays/v360/2.m4s'), 'x'.repeat(99));
    expect(await reindex(home)).toEqual({ titles: 1, segments: 2 });
    expect((await home.catalogue.listTitles()).map(({ record, state }) => [record.id, state])).toEqual([['stays', 'playable']]);
    expect(await home.catalogue.renditionStats('stays')).toEqual([{ renditionId: 'v360', segmentsCommitted: 2, bytesCommitted: 109 }]);
    expect(await home.catalogue.listSegments('stays', 'v360')).toEqual([
      { segment: 0, sizeBytes: 10 },
      { segment: 2, sizeBytes: 99 },
    ]);
  });

  test('segments of an older plan revision are indexed, and do not count as progress', async () => {
    const home = await openHome();
    await putPlanned(home, 't', { v360: [0, 1, 2], a1: [0, 1, 2] });
    await home.store.writePlan(titlePlan('t', { revision: 1, segments: 4 }));
    await home.store.writeTitle(titleRecord('t', { planRevision: 1 }));
    await home.store.putSegment('t', 'v360-r1', 0, bytesOf('x'));
    expect(await reindex(home)).toEqual({ titles: 1, segments: 7 });
    expect(await home.catalogue.getTitle('t')).toMatchObject({ state: 'playable', segmentsPlanned: 8, segmentsCommitted: 1 });
  });

  test.each(['title.json', 'plan-0.json'])('a title whose %s is damaged is left out, and the others go on', async (file) => {
    const home = await openHome();
    await putPlanned(home, 'a', { v360: [0] });
    await putPlanned(home, 'b', { v360: [0] });
    await reindex(home);
    writeFileSync(join(home.root, 'a', file), '{');
    expect(await reindex(home)).toEqual({ titles: 1, segments: 1 });
    expect((await home.catalogue.listTitles()).map(({ record }) => record.id)).toEqual(['b']);
  });

  test('a title that is being probed stays so', async () => {
    const home = await openHome();
    await home.store.writeTitle(titleRecord('t'));
    await home.catalogue.putTitle(titleRecord('t'), 'probing', null, 0);
    await reindex(home);
    expect((await home.catalogue.getTitle('t'))?.state).toBe('probing');
  });

  test('a segment committed, or a title made, just after the store was listed is not taken for a removed one', async () => {
    const home = await openHome();
    await putPlanned(home, 't', { v360: [0] });
    await reindex(home);
    const commit = async (titleId: string) => {
      await home.store.putSegment(titleId, 'v360', 1, bytesOf('x'));
      await home.catalogue.recordSegment(titleId, 'v360', 1, 1);
    };
    const store: SegmentStore = {
      ...home.store,
      async listTitles() {
        const listed = await home.store.listTitles();
        await putPlanned(home, 'new', {});
        await home.catalogue.putTitle(titleRecord('new', { planRevision: 0 }), 'playable', 3, 6);
        await commit('new');
        return listed;
      },
      async listSegments(titleId, renditionId) {
        const listed = await home.store.listSegments(titleId, renditionId);
        if (titleId === 't' && renditionId === 'v360') await commit('t');
        return listed;
      },
    };
    await reindex({ ...home, store });
    expect((await home.catalogue.listSegments('t', 'v360')).map(({ segment }) => segment)).toEqual([0, 1]);
    expect((await home.catalogue.getTitle('new'))?.segmentsCommitted).toBe(1);
  });
});
