import { createEvictor, type EvictorOptions } from './evict-segments.ts';
import { planDiskLevels } from './model/work/disk-levels.ts';
import type { DiskView } from './model/work/work-view.ts';
import { startWatchNotes } from './watch-notes.ts';

export interface DiskBudgetOptions extends EvictorOptions {
  /** What the segments of all titles may take up; undefined without a budget. */
  maxBytes: number | undefined;
  nowMs?: () => number;
}

export interface DiskBudget {
  view(): Promise<DiskView>;
  /** False from some way below the budget on: the background leaves room for what viewers will ask for. */
  hasRoomForBackground(): Promise<boolean>;
  /**
   * Evicts until the segments fit the budget. Resolves when all that was committed before the call has been looked at;
   * they may still not fit then, where the rest is watched or cannot be made again.
   */
  makeRoom(): Promise<void>;
  /** Ends after the eviction under way. */
  close(): Promise<void>;
}

/** How soon it is tried again when nothing more could be evicted: viewers move on, originals are put back. */
const RETRY_MS = 5000;

/**
 * Keeps the segments of all titles within a budget: those go first that were not used for the longest. It makes room by
 * itself after each commit; for what is there at the start, call makeRoom. Notes what viewers ask for with and without a
 * budget, so that one that is set later knows what was watched. One for each media home.
 */
export function createDiskBudget(options: DiskBudgetOptions): DiskBudget {
  const { catalogue, bus, log, maxBytes } = options;
  const levels = maxBytes === undefined ? undefined : planDiskLevels(maxBytes);
  const evictor = createEvictor(options);
  const notes = startWatchNotes(options);
  const closing = new AbortController();
  let isOver = false;
  /** What the last eviction left. Were the background to fill that up, it would be evicted for its own work next. */
  let leftBytes = Number.POSITIVE_INFINITY;
  let running = Promise.resolve();
  let waiting: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;

  const unsubscribe = bus.subscribe((event) => {
    // When nothing more can go, not each commit looks at everything again.
    if (event.type === 'segment' && levels !== undefined && retry === undefined) makeRoomUnasked();
  });

  /** One at a time; whoever asks before the next has begun waits for the same one. */
  function makeRoom(): Promise<void> {
    if (waiting !== undefined) return waiting;
    const mine = running.then(() => {
      waiting = undefined;
      return keepWithin();
    });
    waiting = mine;
    running = mine.catch(() => {});
    return mine;
  }

  async function keepWithin(): Promise<void> {
    if (levels === undefined || closing.signal.aborted) return;
    let usedBytes = await catalogue.bytesCommitted();
    if (usedBytes > levels.maxBytes) {
      // What was watched just now is not the least recently used.
      await notes.flush();
      usedBytes = await evictor.evictDownTo(levels.evictToBytes, closing.signal);
      leftBytes = usedBytes;
    }
    if (closing.signal.aborted) return;
    const wasOver = isOver;
    isOver = usedBytes > levels.maxBytes;
    if (isOver) retryLater();
    if (isOver && !wasOver) {
      log.warn(
        { usedBytes, maxBytes },
        'The segments take up more than MAX_DISK_BYTES, and no more can be evicted: the rest is being watched, or could not be made again',
      );
    }
  }

  function makeRoomUnasked(): void {
    makeRoom().catch((error: unknown) => {
      log.error({ err: error }, 'No room could be made for new segments; it is tried again soon');
      retryLater();
    });
  }

  function retryLater(): void {
    if (closing.signal.aborted) return;
    retry ??= setTimeout(() => {
      retry = undefined;
      makeRoomUnasked();
    }, RETRY_MS);
  }

  return {
    async view() {
      return { usedBytes: await catalogue.bytesCommitted(), maxBytes: maxBytes ?? null };
    },

    async hasRoomForBackground() {
      if (levels === undefined) return true;
      return (await catalogue.bytesCommitted()) + levels.reserveBytes <= Math.min(levels.maxBytes, leftBytes);
    },

    makeRoom,

    async close() {
      closing.abort();
      unsubscribe();
      clearTimeout(retry);
      await running;
      await notes.close();
    },
  };
}
