import type { BackgroundView } from '../../../pipeline/model/work/work-view.ts';
import { ApiError, fetchWork, pauseBackground } from '../api.ts';
import type { EventStream } from './event-stream.ts';

export interface LiveBackground {
  /** Undefined until it is known, and where the server does not tell. */
  readonly view: BackgroundView | undefined;
  /** Calls the listener now and after every change, until the signal aborts. */
  follow(listener: () => void, signal: AbortSignal): void;
  /** Rejects with an ApiError. */
  setPaused(isPaused: boolean): Promise<void>;
}

/** Whether work that nobody waits for is done, kept current by the server's events. */
export function openLiveBackground(events: EventStream): LiveBackground {
  const listeners = new Set<() => void>();
  let view: BackgroundView | undefined;

  function become(next: BackgroundView | undefined): void {
    view = next;
    for (const listener of listeners) listener();
  }

  async function load(): Promise<void> {
    try {
      become((await fetchWork())?.background);
    } catch (error) {
      // The control stays as it is, or away: the library says that the server cannot be reached.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  events.follow(
    {
      event(event) {
        if (event.type === 'background') become(event.background);
      },
      reconnected: () => void load(),
    },
    new AbortController().signal,
  );
  void load();

  return {
    get view() {
      return view;
    },
    follow(listener, signal) {
      listeners.add(listener);
      signal.addEventListener('abort', () => listeners.delete(listener), { once: true });
      listener();
    },
    async setPaused(isPaused) {
      become(await pauseBackground(isPaused));
    },
  };
}
