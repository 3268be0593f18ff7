import type { TitleView } from '../../../pipeline/model/title.ts';
import { ApiError, fetchPending, fetchTitle, fetchTitles } from '../api.ts';
import { applyEvent, type LibraryState, putTitle, sortTitles } from '../library/library-state.ts';
import type { EventStream } from './event-stream.ts';
import { oncePer } from './once-per.ts';

const FETCH_AGAIN_AFTER_MS = 1_000;

export interface LiveLibrary {
  /** Undefined until the first list is here. */
  readonly state: LibraryState | undefined;
  readonly error: ApiError | undefined;
  /** Calls the listener now and after every change, until the signal aborts. */
  follow(listener: () => void, signal: AbortSignal): void;
  reload(): Promise<void>;
}

/** The library as the server has it, kept current by its events. */
export function openLiveLibrary(events: EventStream): LiveLibrary {
  const listeners = new Set<() => void>();
  let state: LibraryState | undefined;
  let error: ApiError | undefined;
  /** An answer may be older than the news that its title is gone. */
  const removed = new Set<string>();

  function become(next: LibraryState | undefined, problem?: ApiError): void {
    state = next;
    error = problem;
    for (const listener of listeners) listener();
  }

  async function reload(): Promise<void> {
    try {
      const [titles, pending] = await Promise.all([fetchTitles(), fetchPending()]);
      become({ titles: sortTitles(titles.filter(({ id }) => !removed.has(id))), pending });
    } catch (reason) {
      become(state, asApiError(reason));
    }
  }

  const fetchSoon = oncePer(FETCH_AGAIN_AFTER_MS, async (titleId) => {
    const title = await fetchIfThere(titleId);
    if (state !== undefined && title !== undefined && !removed.has(titleId)) become(putTitle(state, title));
  });

  events.follow(
    {
      event(event) {
        if (event.type === 'title-removed') removed.add(event.titleId);
        else if (event.type === 'title') removed.delete(event.titleId);
        if (state === undefined) return;
        const { state: next, fetchTitleId } = applyEvent(state, event);
        if (next !== state) become(next);
        if (fetchTitleId !== undefined) fetchSoon(fetchTitleId);
      },
      reconnected: () => void reload(),
    },
    new AbortController().signal,
  );
  void reload();

  return {
    get state() {
      return state;
    },
    get error() {
      return error;
    },
    follow(listener, signal) {
      listeners.add(listener);
      signal.addEventListener('abort', () => listeners.delete(listener), { once: true });
      listener();
    },
    reload,
  };
}

/** Undefined when the title is gone or the server away: an event or the reconnection brings the truth. */
async function fetchIfThere(titleId: string): Promise<TitleView | undefined> {
  try {
    return await fetchTitle(titleId);
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

function asApiError(reason: unknown): ApiError {
  if (reason instanceof ApiError) return reason;
  throw reason;
}
