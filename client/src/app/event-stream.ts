import type { PipelineEvent } from '../../../pipeline/event-bus.ts';

const REOPEN_AFTER_MS = 3_000;

export interface EventFollower {
  event(event: PipelineEvent): void;
  /** Events may have been missed: what was loaded before must be loaded again. */
  reconnected(): void;
  /** The connection was lost, or is there again. */
  connectionChanged?(): void;
}

export interface EventStream {
  readonly isConnected: boolean;
  follow(follower: EventFollower, signal: AbortSignal): void;
}

/**
 * One `GET /api/events` for the whole page, however many follow it: a browser has six connections to a server, and the
 * player wants them.
 */
export function createEventStream(onConnection: (isConnected: boolean) => void): EventStream {
  const followers = new Set<EventFollower>();
  let wasOpen = false;
  let isConnected = false;

  function become(next: boolean): void {
    const isNews = next !== isConnected;
    isConnected = next;
    onConnection(next);
    if (isNews) for (const follower of followers) follower.connectionChanged?.();
  }

  function open(): void {
    const source = new EventSource('/api/events');
    source.onopen = () => {
      become(true);
      if (wasOpen) for (const follower of followers) follower.reconnected();
      wasOpen = true;
    };
    source.onmessage = ({ data }: MessageEvent<string>) => {
      const event = JSON.parse(data) as PipelineEvent;
      for (const follower of followers) follower.event(event);
    };
    source.onerror = () => {
      become(false);
      // Browsers come back by themselves, except after an answer that is no event stream, such as a proxy's 502.
      if (source.readyState === EventSource.CLOSED) setTimeout(open, REOPEN_AFTER_MS);
    };
  }

  open();
  // A connection that stays open keeps the page out of the back/forward cache, but for a page that is left for good it
  // ends with it: there is nothing to close.
  return {
    get isConnected() {
      return isConnected;
    },
    follow(follower, signal) {
      if (signal.aborted) return;
      followers.add(follower);
      signal.addEventListener('abort', () => followers.delete(follower), { once: true });
    },
  };
}
