import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { reindex } from '../../pipeline/catalogue/reindex.ts';
import { openSqliteCatalogue } from '../../pipeline/catalogue/sqlite-catalogue.ts';
import { createLocalEventBus, type PipelineEvent } from '../../pipeline/event-bus.ts';
import { startIndexWatcher } from '../../pipeline/index-watcher.ts';
import { createLog } from '../../pipeline/log.ts';
import type { TitleState } from '../../pipeline/model/title.ts';
import { createFsSegmentStore } from '../../pipeline/storage/fs-segment-store.ts';
import { bytesOf, temporaryFolder, titlePlan, titleRecord } from '../conformance/fixtures.ts';

/** Watching is as quick as the machine is idle. */
vi.setConfig({ testTimeout: 60_000 });

const ALL = { v360: [0, 1, 2], a1: [0, 1, 2] };

/** A media home with the titles `whole` (every segment) and `part` (one segment), indexed and watched. */
async function watchedHome(usePolling: boolean) {
  const home = temporaryFolder();
  const streamsDir = join(home, 'streams');
  const log = createLog('silent');
  const store = createFsSegmentStore({ root: streamsDir });
  const catalogue = await openSqliteCatalogue({ path: join(home, 'catalogue.sqlite') });
  const bus = createLocalEventBus((error) => {
    throw error;
  });
  const events: PipelineEvent[] = [];
  bus.subscribe((event) => events.push(event));

  async function putPlanned(id: string, committed: Record<string, number[]>): Promise<void> {
    await store.writeTitle(titleRecord(id, { planRevision: 0 }));
    await store.writePlan(titlePlan(id));
    for (const [renditionId, segments] of Object.entries(committed)) {
      for (const segment of segments) await store.putSegment(id, renditionId, segment, bytesOf('segment'));
    }
  }
  await putPlanned('whole', ALL);
  await putPlanned('part', { v360: [1] });
  await reindex({ store, catalogue, log });
  const found: string[] = [];
  const watcher = await startIndexWatcher({ streamsDir, store, catalogue, bus, log, usePolling, onFound: (id) => found.push(id) });
  onTestFinished(async () => {
    await watcher.close();
    await catalogue.close();
  });

  const state = async (id: string) => (await catalogue.getTitle(id))?.state;
  const committed = async (id: string) => (await catalogue.getTitle(id))?.segmentsCommitted;
  return {
    home,
    streamsDir,
    store,
    catalogue,
    bus,
    events,
    found,
    watcher,
    putPlanned,
    state,
    committed,
    becomes: (id: string, expected: TitleState | undefined) => eventually(async () => expect(await state(id)).toBe(expected)),
    counts: (id: string, expected: number) => eventually(async () => expect(await committed(id)).toBe(expected)),
    hears: (event: PipelineEvent) => eventually(() => expect(events).toContainEqual(event)),
  };
}

function eventually(assertion: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(assertion, { timeout: 15_000, interval: 20 });
}

describe.each([
  ['told by the kernel', false],
  ['polling', true],
])('index watcher, %s', (_, usePolling) => {
  test('a title folder removed by hand leaves the catalogue', async () => {
    const { streamsDir, becomes, hears, state } = await watchedHome(usePolling);
    rmSync(join(streamsDir, 'whole'), { recursive: true });
    await becomes('whole', undefined);
    await hears({ type: 'title-removed', titleId: 'whole' });
    expect(await state('part')).toBe('playable');
  });

  test('a title folder put back by hand is told of, so that what it lacks is encoded', async () => {
    const { home, streamsDir, becomes, found } = await watchedHome(usePolling);
    renameSync(join(streamsDir, 'part'), join(home, 'part'));
    await becomes('part', undefined);
    expect(found).toEqual([]);
    renameSync(join(home, 'part'), join(streamsDir, 'part'));
    await eventually(() => expect(found).toEqual(['part']));
  });

  test('a title folder moved away and back comes back with its segments, each time', async () => {
    const { home, streamsDir, becomes, counts, hears, events } = await watchedHome(usePolling);
    for (let round = 0; round < 2; round += 1) {
      events.length = 0;
      renameSync(join(streamsDir, 'whole'), join(home, 'aside'));
      await becomes('whole', undefined);
      renameSync(join(home, 'aside'), join(streamsDir, 'whole'));
      await becomes('whole', 'complete');
      await counts('whole', 6);
      await hears({ type: 'title', titleId: 'whole', state: 'complete', progress: 1 });
    }
    // Its renditions are watched again.
    rmSync(join(streamsDir, 'whole/v360/2.m4s'));
    await becomes('whole', 'playable');
  });

  test('a title copied in by hand appears in the state that its files give', async () => {
    const { home, streamsDir, store, putPlanned, becomes, counts, hears } = await watchedHome(usePolling);
    await putPlanned('copied', { v360: [0, 1], a1: [0] });
    await counts('copied', 3);
    cpSync(join(streamsDir, 'copied'), join(home, 'backup'), { recursive: true });
    await store.removeTitle('copied');
    await becomes('copied', undefined);
    cpSync(join(home, 'backup'), join(streamsDir, 'copied'), { recursive: true });
    await becomes('copied', 'playable');
    await counts('copied', 3);
    await hears({ type: 'title', titleId: 'copied', state: 'playable', progress: 0.5 });
  });

  test('segment files that vanish and appear change state and progress', async () => {
    const { streamsDir, becomes, counts, hears, catalogue } = await watchedHome(usePolling);
    rmSync(join(streamsDir, 'whole/a1/1.m4s'));
    await becomes('whole', 'playable');
    await hears({ type: 'title', titleId: 'whole', state: 'playable', progress: 5 / 6 });
    writeFileSync(join(streamsDir, 'whole/a1/1.m4s'), 'restored by hand');
    await becomes('whole', 'complete');
    await eventually(async () => expect((await catalogue.listSegments('whole', 'a1'))[1]).toEqual({ segment: 1, sizeBytes: 16 }));
    rmSync(join(streamsDir, 'whole/v360'), { recursive: true });
    await counts('whole', 3);
  });

  test('a title.json that changes is read again', async () => {
    const { store, catalogue, becomes, hears } = await watchedHome(usePolling);
    await store.writeTitle(titleRecord('part', { planRevision: 0, name: 'new name' }));
    await eventually(async () => expect((await catalogue.getTitle('part'))?.record.name).toBe('new name'));
    const error = { code: 'source_truncated', message: 'Cut off.' };
    await store.writeTitle(titleRecord('part', { planRevision: 0, error }));
    await becomes('part', 'failed');
    await hears({ type: 'title', titleId: 'part', state: 'failed', progress: 1 / 6 });
  });

  test('a new plan revision makes a complete title playable, and its segments count', async () => {
    const { store, becomes, counts } = await watchedHome(usePolling);
    await store.writePlan(titlePlan('whole', { revision: 1, segments: 2 }));
    await store.writeTitle(titleRecord('whole', { planRevision: 1 }));
    await becomes('whole', 'playable');
    for (const renditionId of ['v360-r1', 'a1-r1']) {
      for (const segment of [0, 1]) await store.putSegment('whole', renditionId, segment, bytesOf('x'));
    }
    await becomes('whole', 'complete');
    await counts('whole', 4);
  });

  test('commits of the pipeline, recorded already, only move state and progress', async () => {
    const { store, catalogue, becomes, committed, hears, events } = await watchedHome(usePolling);
    for (const [renditionId, segments] of Object.entries(ALL)) {
      for (const segment of segments) {
        await store.putSegment('part', renditionId, segment, bytesOf('segment'));
        await catalogue.recordSegment('part', renditionId, segment, 7);
      }
    }
    await becomes('part', 'complete');
    await hears({ type: 'title', titleId: 'part', state: 'complete', progress: 1 });
    expect(await committed('part')).toBe(6);
    expect(events.filter((event) => event.type !== 'title')).toEqual([]);
  });

  test('what was published by others, or not changed, is not published again', async () => {
    const { store, catalogue, bus, events, hears } = await watchedHome(usePolling);
    bus.publish({ type: 'title', titleId: 'part', state: 'playable', progress: 1 / 6 });
    await store.writeTitle(titleRecord('part', { planRevision: 0, name: 'renamed' }));
    await eventually(async () => expect((await catalogue.getTitle('part'))?.record.name).toBe('renamed'));
    await store.writeTitle(titleRecord('new'));
    await hears({ type: 'title', titleId: 'new', state: 'waiting', progress: 0 });
    expect(events.filter((event) => event.type === 'title' && event.titleId === 'part')).toHaveLength(1);
  });

  test('other things in the folder are not titles', async () => {
    const { streamsDir, store, catalogue, events, hears } = await watchedHome(usePolling);
    mkdirSync(join(streamsDir, '.tmp-1-ab-0/v360'), { recursive: true });
    mkdirSync(join(streamsDir, 'lost+found'));
    mkdirSync(join(streamsDir, 'empty'));
    writeFileSync(join(streamsDir, 'whole/v360/.tmp-1-ab-0'), 'half');
    writeFileSync(join(streamsDir, 'whole/v360/notes.txt'), 'x');
    writeFileSync(join(streamsDir, 'notes'), 'x');
    cpSync(join(streamsDir, 'whole'), join(streamsDir, 'renamed'), { recursive: true });
    await store.writeTitle(titleRecord('last'));
    await hears({ type: 'title', titleId: 'last', state: 'waiting', progress: 0 });
    expect((await catalogue.listTitles()).map(({ record }) => record.id).sort()).toEqual(['last', 'part', 'whole']);
    const spokenOf = events.map((event) => 'titleId' in event && event.titleId);
    expect(spokenOf.filter((titleId) => titleId !== 'last' && titleId !== 'whole')).toEqual([]);
  });

  test('a title removed by the product itself is announced at most once', async () => {
    const { store, catalogue, bus, events, hears } = await watchedHome(usePolling);
    await catalogue.removeTitle('whole');
    bus.publish({ type: 'title-removed', titleId: 'whole' });
    await store.removeTitle('whole');
    await store.writeTitle(titleRecord('last'));
    await hears({ type: 'title', titleId: 'last', state: 'waiting', progress: 0 });
    expect(events.filter((event) => event.type === 'title-removed')).toHaveLength(1);
  });

  test('a probe that is running is not taken for waiting', async () => {
    const { store, catalogue, bus, becomes } = await watchedHome(usePolling);
    await store.writeTitle(titleRecord('new'));
    await becomes('new', 'waiting');
    await catalogue.setState('new', 'probing');
    const heard = new Promise<void>((resolve) => {
      bus.subscribe((event) => event.type === 'title' && event.titleId === 'new' && event.state === 'probing' && resolve());
    });
    await store.writeTitle(titleRecord('new', { name: 'renamed' }));
    await heard;
    expect((await catalogue.getTitle('new'))?.state).toBe('probing');
  });

  test('after close nothing is indexed any more', async () => {
    const { watcher, streamsDir, state } = await watchedHome(usePolling);
    await watcher.close();
    rmSync(join(streamsDir, 'whole'), { recursive: true });
    expect(await state('whole')).toBe('complete');
  });
});
