import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLocalEventBus, type EventBus } from '../../../pipeline/event-bus.ts';
import { planTimeline } from '../../../pipeline/model/timeline/boundaries.ts';
import { segmentCount } from '../../../pipeline/model/timeline/segments.ts';
import { createMovieCache, type MovieCache } from '../../../pipeline/progressive/movie-cache.ts';
import { createFsSegmentStore } from '../../../pipeline/storage/fs-segment-store.ts';
import type { SegmentStore } from '../../../pipeline/storage/segment-store.ts';
import { FFMPEG_VIDEO_INIT } from '../model/mp4/recorded-init-segments.ts';
import { storeTrack, VIDEO_HEAD } from '../model/progressive/sample-movie.ts';

const PLAN = { titleId: 'film', timeline: planTimeline(10 * 90_000) };
const RUNG = [{ id: 'v360' }];

let folder: string;
let store: SegmentStore;
let bus: EventBus;
let movies: MovieCache;
let reads: number;
let readBytes: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-movies-'));
  const files = createFsSegmentStore({ root: folder });
  [reads, readBytes] = [0, 0];
  store = {
    ...files,
    async readFile(...place) {
      const bytes = await files.readFile(...place);
      reads += 1;
      readBytes += bytes?.length ?? 0;
      return bytes;
    },
  };
  bus = createLocalEventBus((error) => {
    throw error;
  });
  movies = createMovieCache({ store, bus });
  await addTitle('film');
});
afterEach(async () => {
  movies.close();
  await rm(folder, { recursive: true });
});

async function addTitle(id: string): Promise<void> {
  const source = { path: `originals/${id}/film.mp4`, originalName: 'film.mp4', sizeBytes: 1, identity: id };
  await store.writeTitle({ version: 1, id, name: id, kind: 'file', createdAtMs: 0, source, report: [] });
  await store.putInit(id, 'v360', Buffer.from(FFMPEG_VIDEO_INIT, 'hex'));
  const sample = { durationTicks: 512, compositionOffsetTicks: 0, isSync: true, sizeBytes: 20_000 };
  const { segments } = storeTrack(
    VIDEO_HEAD,
    Array.from({ length: segmentCount(PLAN.timeline) }, () => [Array(10).fill(sample)]),
  );
  for (const [segment, bytes] of segments.entries()) await store.putSegment(id, 'v360', segment, bytes);
}

test('a movie is laid out once, for all who ask, from the boxes of its segments alone', async () => {
  const [one, other] = await Promise.all([movies.read(PLAN, RUNG), movies.read(PLAN, RUNG)]);
  expect(one).toBe(other);
  const before = reads;
  expect(await movies.read(PLAN, RUNG)).toBe(one);
  expect(reads).toBe(before);
  expect(readBytes).toBeLessThan(one!.layout.sizeBytes / 20);
});

test.each([
  ['segment-evicted', { type: 'segment-evicted', titleId: 'film', renditionId: 'v360', segment: 0 }, true],
  ['title-removed', { type: 'title-removed', titleId: 'film' }, true],
  ['an eviction of another rendition', { type: 'segment-evicted', titleId: 'film', renditionId: 'v540', segment: 0 }, false],
] as const)('after %s it is laid out anew: %3$s', async (_, event, isAnew) => {
  const before = await movies.read(PLAN, RUNG);
  bus.publish(event);
  expect((await movies.read(PLAN, RUNG)) !== before).toBe(isAnew);
});

test('a movie of which a segment is missing is none, and is looked at again the next time', async () => {
  await store.removeSegment('film', 'v360', 1);
  expect(await movies.read(PLAN, RUNG)).toBeUndefined();
  const { segments } = storeTrack(VIDEO_HEAD, [[[{ durationTicks: 5120, compositionOffsetTicks: 0, isSync: true, sizeBytes: 9 }]]], 5120);
  await store.putSegment('film', 'v360', 1, segments[0]!);
  expect(await movies.read(PLAN, RUNG)).toBeDefined();
});

test('no more is kept in memory than is allowed: what was asked for least recently goes', async () => {
  await addTitle('other');
  movies.close();
  movies = createMovieCache({ store, bus, mostBytes: 1500 });
  const first = await movies.read(PLAN, RUNG);
  await movies.read({ ...PLAN, titleId: 'other' }, RUNG);
  expect(await movies.read(PLAN, RUNG)).not.toBe(first);
});
