import { createHash } from 'node:crypto';
import { setImmediate as othersTurn } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import type { Plan, RenditionPlan } from '../model/plan.ts';
import { createMovieBuilder, type MovieLayout } from '../model/progressive/movie-layout.ts';
import { readTrackHead } from '../model/progressive/track-head.ts';
import { segmentCount } from '../model/timeline/segments.ts';
import type { SegmentStore } from '../storage/segment-store.ts';
import { readSegmentHead } from './read-segment-head.ts';

/** A movie whose bytes are where its segments are stored. */
export interface LaidOutMovie {
  titleId: string;
  renditionIds: readonly string[];
  layout: MovieLayout;
  /** Names these very bytes. */
  digest: string;
  /** Of the segment that was stored last. */
  modifiedAtMs: number;
  /** Of each track, what the files of its segments were. */
  files: readonly { sizes: Float64Array; modifiedAtMs: Float64Array }[];
}

/** Segments whose boxes are read at once: enough to keep a disk busy, too few to keep others from it. */
const AT_ONCE = 16;

/**
 * Reads the boxes of all segments of some renditions, one of each kind, and lays them out as one file. Undefined where a segment is not
 * stored. Other work has its turn between any two segments.
 *
 * @throws AppError as the store does; BoxError for a segment that does not join the one before it
 */
export async function layOutMovie(
  store: SegmentStore,
  { titleId, timeline }: Pick<Plan, 'titleId' | 'timeline'>,
  renditions: readonly Pick<RenditionPlan, 'id'>[],
): Promise<LaidOutMovie | undefined> {
  const inits = await Promise.all(renditions.map(({ id }) => store.readFile(titleId, id, 'init.mp4')));
  const heads = inits.flatMap((init) => (init ? [readTrackHead(init)] : []));
  if (heads.length < renditions.length) return undefined;
  const count = segmentCount(timeline);
  const builder = createMovieBuilder(heads);
  const files = renditions.map(() => ({ sizes: new Float64Array(count), modifiedAtMs: new Float64Array(count) }));
  const hash = createHash('sha256');

  for (let first = 0; first < count; first += AT_ONCE) {
    const segments = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, index) => first + index);
    const read = await Promise.all(
      segments.map((segment) => Promise.all(renditions.map(({ id }) => readSegmentHead(store, titleId, id, segment)))),
    );
    for (const [index, tracks] of read.entries()) {
      const segment = first + index;
      const found = tracks.filter((track) => track !== undefined);
      if (found.length < tracks.length) return undefined;
      builder.addSegment(
        segment,
        found.map(({ fragments }) => fragments),
      );
      for (const [track, { sizeBytes, modifiedAtMs }] of found.entries()) {
        (files[track] as (typeof files)[number]).sizes[segment] = sizeBytes;
        (files[track] as (typeof files)[number]).modifiedAtMs[segment] = modifiedAtMs;
        hash.update(`${sizeBytes} ${modifiedAtMs} `);
      }
      await othersTurn();
    }
  }
  const layout = builder.finish();
  const digest = hash.update(layout.head).digest('base64url').slice(0, 22);
  const modifiedAtMs = files.reduce((latest, file) => file.modifiedAtMs.reduce((a, b) => Math.max(a, b), latest), 0);
  return { titleId, renditionIds: renditions.map(({ id }) => id), layout, digest, modifiedAtMs, files };
}

/** What the movie keeps in memory. */
export function layoutBytes({ layout: { head, pieces }, files }: LaidOutMovie): number {
  const tables = [pieces.starts, pieces.tracks, pieces.segments, pieces.offsets, ...files.flatMap(Object.values)];
  return tables.reduce((sum, table) => sum + table.byteLength, head.byteLength);
}

/** A segment of it was evicted, or made anew: the movie as it was laid out is not there any more. */
export function movieChanged(): AppError {
  return new AppError('store_failed', 'A part of this title changed while it was sent. Ask again.', { retryable: true });
}
