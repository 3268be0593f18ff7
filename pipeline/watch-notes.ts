import type { Catalogue } from './catalogue/catalogue.ts';
import type { EventBus } from './event-bus.ts';
import type { Log } from './log.ts';

export interface WatchNotesOptions {
  catalogue: Catalogue;
  bus: EventBus;
  log: Log;
  nowMs?: () => number;
}

export interface WatchNotes {
  /** Writes what was gathered. Never rejects: a note that is lost makes a segment look less wanted than it is, no more. */
  flush(): Promise<void>;
  /** Writes what was gathered, and gathers no more. */
  close(): Promise<void>;
}

/** Players ask for segments every few seconds each: one write for all of them now and then. */
const GATHER_MS = 1000;
/** Beyond this many segments between two writes, the rest is not noted. */
const MOST_NOTED = 10_000;

interface Watched {
  titleId: string;
  renditionId: string;
  segments: Set<number>;
}

/** Keeps in the catalogue which segments viewers ask for, and when. */
export function startWatchNotes({ catalogue, bus, log, nowMs = Date.now }: WatchNotesOptions): WatchNotes {
  let gathered = new Map<string, Watched>();
  let count = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  const unsubscribe = bus.subscribe((event) => {
    if (event.type === 'demand' && (event.state === 'asked' || event.state === 'waiting'))
      note(event.titleId, event.renditionId, event.segment);
  });

  function note(titleId: string, renditionId: string, segment: number): void {
    if (count >= MOST_NOTED) return;
    const key = `${titleId}/${renditionId}`;
    let watched = gathered.get(key);
    if (watched === undefined) gathered.set(key, (watched = { titleId, renditionId, segments: new Set() }));
    if (watched.segments.has(segment)) return;
    watched.segments.add(segment);
    count += 1;
    timer ??= setTimeout(() => void flush(), GATHER_MS);
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  }

  async function write(): Promise<void> {
    const batch = gathered;
    gathered = new Map();
    count = 0;
    try {
      for (const { titleId, renditionId, segments } of batch.values()) {
        await catalogue.noteUsed(titleId, renditionId, [...segments], nowMs());
      }
    } catch (error) {
      log.warn({ err: error }, 'What is being watched could not be noted: it may be evicted sooner than it should');
    }
  }

  return {
    flush,
    close() {
      unsubscribe();
      return flush();
    },
  };
}
