import type { EventBus } from '../event-bus.ts';
import { progressOf } from './derive-state.ts';
import { type Index, refreshTitle, reindexRendition, reindexSegment, reindexTitle } from './reindex.ts';

/** What may have changed in the store: the title's own files, or (also) what is in one of its renditions. */
export type StoreChange =
  | { kind: 'title' }
  | { kind: 'record' }
  | { kind: 'rendition'; renditionId: string }
  | { kind: 'segment'; renditionId: string; segment: number };

export interface IndexUpdater {
  /** A change was seen. It is looked at soon, together with those that follow at once. */
  note(titleId: string, change: StoreChange): void;
  /** Waits for the look that is under way; what was noted after it began is dropped. */
  close(): Promise<void>;
}

export interface IndexUpdaterOptions {
  bus: EventBus;
  /** Told of a title that was not known before: restored or copied in by hand. */
  onFound?: (titleId: string) => void;
}

/** Commits and copies come in bursts: one look and one event for each burst, soon enough for an eye on a progress bar. */
const GATHER_MS = 150;

interface Gathered {
  isWhole: boolean;
  renditions: Map<string, Set<number> | 'all'>;
}

/**
 * Looks at what was noted in the store, makes the catalogue agree, and publishes `title` when a title's state or
 * progress is another than was last published, by whomever (so at first sight too), `title-removed` when it went.
 */
export function createIndexUpdater(index: Index & IndexUpdaterOptions): IndexUpdater {
  const { catalogue, bus, log } = index;
  let gathered = new Map<string, Gathered>();
  let timer: NodeJS.Timeout | undefined;
  let looking = Promise.resolve();
  let isClosed = false;

  const published = new Map<string, string>();
  const unsubscribe = bus.subscribe((event) => {
    if (event.type === 'title') published.set(event.titleId, `${event.state} ${event.progress}`);
    if (event.type === 'title-removed') published.delete(event.titleId);
  });

  async function look(titleId: string, { isWhole, renditions }: Gathered): Promise<void> {
    const before = await catalogue.getTitle(titleId);
    // A title that was not known has everything to be found.
    if (isWhole || before === undefined) await reindexTitle(index, titleId);
    else {
      for (const [renditionId, segments] of renditions) {
        if (segments === 'all') await reindexRendition(index, titleId, renditionId);
        else for (const segment of segments) await reindexSegment(index, titleId, renditionId, segment);
      }
      await refreshTitle(index, titleId);
    }
    const after = await catalogue.getTitle(titleId);
    if (after === undefined) {
      if (before !== undefined) bus.publish({ type: 'title-removed', titleId });
      return;
    }
    const { state } = after;
    const progress = progressOf(after.segmentsCommitted, after.segmentsPlanned);
    if (published.get(titleId) !== `${state} ${progress}`) bus.publish({ type: 'title', titleId, state, progress });
    if (before === undefined) index.onFound?.(titleId);
  }

  async function lookAtAll(titles: Map<string, Gathered>): Promise<void> {
    for (const [titleId, changes] of titles) {
      if (isClosed) return;
      try {
        await look(titleId, changes);
      } catch (error) {
        log.error({ title: titleId, err: error }, 'The catalogue may be out of date for this title until the next change or reindex');
      }
    }
  }

  return {
    note(titleId, change) {
      if (isClosed) return;
      let title = gathered.get(titleId);
      if (title === undefined) gathered.set(titleId, (title = { isWhole: false, renditions: new Map() }));
      gather(title, change);
      timer ??= setTimeout(() => {
        timer = undefined;
        const titles = gathered;
        gathered = new Map();
        looking = looking.then(() => lookAtAll(titles));
      }, GATHER_MS);
    },

    async close() {
      isClosed = true;
      clearTimeout(timer);
      unsubscribe();
      await looking;
    },
  };
}

function gather(title: Gathered, change: StoreChange): void {
  if (change.kind === 'title') title.isWhole = true;
  if (change.kind === 'rendition') title.renditions.set(change.renditionId, 'all');
  if (change.kind === 'segment') {
    const segments = title.renditions.get(change.renditionId) ?? new Set();
    if (segments === 'all') return;
    title.renditions.set(change.renditionId, segments.add(change.segment));
  }
}
