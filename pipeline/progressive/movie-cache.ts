import type { EventBus } from '../event-bus.ts';
import type { Plan, RenditionPlan } from '../model/plan.ts';
import type { SegmentStore } from '../storage/segment-store.ts';
import { type LaidOutMovie, layOutMovie, layoutBytes } from './laid-out-movie.ts';

/** Laid-out movies, kept in memory as long as nothing of them changes. */
export interface MovieCache {
  /** As layOutMovie; who asks while it is being laid out waits for the same one. */
  read(plan: Pick<Plan, 'titleId' | 'timeline'>, renditions: readonly Pick<RenditionPlan, 'id'>[]): Promise<LaidOutMovie | undefined>;
  /** A movie that turned out not to be there as it was. */
  forget(movie: LaidOutMovie): void;
  close(): void;
}

/** About ten films of two hours (I10). */
const MOST_BYTES = 48 * 1024 * 1024;

export function createMovieCache({
  store,
  bus,
  mostBytes = MOST_BYTES,
}: {
  store: SegmentStore;
  bus: EventBus;
  mostBytes?: number;
}): MovieCache {
  /** The last used is the last. */
  const movies = new Map<string, { movie: Promise<LaidOutMovie | undefined>; bytes: number }>();

  const unsubscribe = bus.subscribe((event) => {
    if (event.type === 'title-removed') drop((key) => key.startsWith(`${event.titleId}/`));
    // One that comes after it was found missing, too.
    if (event.type !== 'segment-evicted' && event.type !== 'segment') return;
    drop((key) => key.startsWith(`${event.titleId}/`) && key.split('/').includes(event.renditionId));
  });

  function drop(isGone: (key: string) => boolean): void {
    for (const key of movies.keys()) if (isGone(key)) movies.delete(key);
  }

  function shrink(): void {
    let bytes = [...movies.values()].reduce((sum, entry) => sum + entry.bytes, 0);
    for (const [key, entry] of movies) {
      if (bytes <= mostBytes) return;
      movies.delete(key);
      bytes -= entry.bytes;
    }
  }

  return {
    read(plan, renditions) {
      const key = [plan.titleId, ...renditions.map(({ id }) => id)].join('/');
      const known = movies.get(key);
      if (known) {
        movies.delete(key);
        movies.set(key, known);
        return known.movie;
      }
      const entry = { movie: layOutMovie(store, plan, renditions), bytes: 0 };
      movies.set(key, entry);
      const isKept = (): boolean => movies.get(key) === entry;
      entry.movie.then(
        (movie) => {
          if (!isKept()) return;
          if (movie === undefined) movies.delete(key);
          else entry.bytes = layoutBytes(movie);
          shrink();
        },
        () => isKept() && movies.delete(key),
      );
      return entry.movie;
    },
    forget({ titleId, renditionIds }) {
      movies.delete([titleId, ...renditionIds].join('/'));
    },
    close() {
      unsubscribe();
      movies.clear();
    },
  };
}
