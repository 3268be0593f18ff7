import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pino from 'pino';
import { onTestFinished, vi } from 'vitest';
import { reindex } from '../../pipeline/catalogue/reindex.ts';
import { openSqliteCatalogue } from '../../pipeline/catalogue/sqlite-catalogue.ts';
import { createDiskBudget, type DiskBudgetOptions } from '../../pipeline/disk-budget.ts';
import { createLocalEventBus, type PipelineEvent } from '../../pipeline/event-bus.ts';
import type { TitleRecord } from '../../pipeline/model/title.ts';
import { createFsSegmentStore } from '../../pipeline/storage/fs-segment-store.ts';
import type { SegmentStore } from '../../pipeline/storage/segment-store.ts';
import { temporaryFolder, titlePlan, titleRecord } from '../conformance/fixtures.ts';

export const SEGMENT_BYTES = 100;

/** A media home with real drivers, its budgets, and a clock that stands still until it is moved. */
export async function openDiskHome(wrapStore: (store: SegmentStore) => SegmentStore = (store) => store) {
  const mediaDir = temporaryFolder();
  const clock = { nowMs: 1000 };
  const nowMs = () => clock.nowMs;
  const store = wrapStore(createFsSegmentStore({ root: join(mediaDir, 'streams') }));
  const path = join(mediaDir, 'catalogue.sqlite');
  const catalogue = await openSqliteCatalogue({ path, nowMs });
  onTestFinished(() => catalogue.close());
  const bus = createLocalEventBus((error) => {
    throw error;
  });
  const events: PipelineEvent[] = [];
  bus.subscribe((event) => events.push(event));
  const logged: string[] = [];
  const log = pino({ level: 'warn' }, new Writable({ write: (line, _encoding, done) => done(void logged.push(String(line))) }));
  const watched = new Set<string>();
  const isWatched = (...place: [string, string, number]) => watched.has(place.join(' '));
  mkdirSync(join(mediaDir, 'originals'));

  return {
    ...{ mediaDir, clock, store, catalogue, bus, events, logged, log, watched },

    /** A planned title with its original, and none of its segments. */
    async addTitle(id: string, { segments = 10, ...changes }: Partial<TitleRecord> & { segments?: number } = {}) {
      const record = titleRecord(id, { planRevision: 0, ...changes });
      writeFileSync(join(mediaDir, record.source.path), new Uint8Array(record.source.sizeBytes));
      await store.writeTitle(record);
      await store.writePlan(titlePlan(id, { segments }));
      await reindex({ store, catalogue, log });
    },

    /** As the worker commits, a second later each. */
    async commit(titleId: string, renditionId: string, ...segments: number[]) {
      for (const segment of segments) {
        clock.nowMs += 1000;
        await store.putSegment(titleId, renditionId, segment, new Uint8Array(SEGMENT_BYTES));
        await catalogue.recordSegment(titleId, renditionId, segment, SEGMENT_BYTES);
        bus.publish({ type: 'segment', titleId, renditionId, segment, sizeBytes: SEGMENT_BYTES, cause: 'demand', isTwice: false });
      }
    },

    ask(titleId: string, renditionId: string, segment: number, state: 'asked' | 'waiting' | 'answered' = 'asked') {
      bus.publish({ type: 'demand', titleId, renditionId, segment, state });
    },

    openBudget(maxSegments: number | undefined, changes: Partial<DiskBudgetOptions> = {}) {
      const maxBytes = maxSegments === undefined ? undefined : maxSegments * SEGMENT_BYTES;
      const budget = createDiskBudget({ mediaDir, store, catalogue, bus, log, maxBytes, isWatched, nowMs, ...changes });
      onTestFinished(() => budget.close());
      return budget;
    },

    /** What the store holds, which the catalogue agrees with. */
    async stored(titleId: string, renditionId: string): Promise<number[]> {
      const segments = await store.listSegments(titleId, renditionId);
      const known = await catalogue.listSegments(titleId, renditionId);
      if (JSON.stringify(segments) !== JSON.stringify(known)) throw new Error('The catalogue does not agree with the store');
      return segments.map(({ segment }) => segment);
    },

    evicted: () =>
      events.flatMap((event) => (event.type === 'segment-evicted' ? [`${event.titleId} ${event.renditionId} ${event.segment}`] : [])),

    eventually: (assertion: () => void | Promise<void>) => vi.waitFor(assertion, { timeout: 15_000, interval: 5 }),
  };
}

export const upTo = (end: number) => Array.from({ length: end }, (_, segment) => segment);

/** The film with `count` of its twenty segments, committed in order; no budget looked on. */
export async function openFilm(count: number, wrapStore?: (store: SegmentStore) => SegmentStore) {
  const home = await openDiskHome(wrapStore);
  await home.addTitle('film');
  for (const segment of upTo(count)) await home.commit('film', segment < 10 ? 'v360' : 'a1', segment % 10);
  return home;
}
