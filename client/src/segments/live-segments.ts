import type { PipelineEvent } from '../../../pipeline/event-bus.ts';
import { ApiError, fetchSegments, fetchWork } from '../api.ts';
import type { EventStream } from '../app/event-stream.ts';
import { oncePer } from '../app/once-per.ts';
import { applySegmentEvent, createSegmentsState, type SegmentsState } from './segments-state.ts';

const FETCH_AGAIN_AFTER_MS = 250;

export interface LiveSegments {
  /** Undefined until it is loaded, and where it cannot be. */
  readonly state: SegmentsState | undefined;
  /** False while the connection is lost: then the state is what was known last. */
  readonly isCurrent: boolean;
  /** Calls the listener after every change, until the signal aborts. */
  follow(listener: () => void, signal: AbortSignal): void;
}

/** Which segments of a title there are, kept current by its events until the signal aborts: one for the strip and the player. */
export function openLiveSegments(titleId: string, events: EventStream, signal: AbortSignal): LiveSegments {
  const listeners = new Set<() => void>();
  /** For each load under way, the events that came since it began: the answer may be older than they are. */
  const loads = new Set<PipelineEvent[]>();
  let state: SegmentsState | undefined;

  function become(next: SegmentsState | undefined): void {
    if (next === state) return;
    state = next;
    tell();
  }

  function tell(): void {
    for (const listener of listeners) listener();
  }

  async function load(): Promise<void> {
    const since: PipelineEvent[] = [];
    loads.add(since);
    try {
      const [segments, work] = await Promise.all([fetchSegments(titleId, signal), fetchWork(signal)]);
      const runs = (work?.runs ?? []).filter((run) => run.titleId === titleId);
      become(since.reduce(applySegmentEvent, createSegmentsState(segments, runs)));
    } catch (error) {
      // Nothing but this page's extras needs it: the strip stays away, and the player plays as it does without.
      if (!signal.aborted && !(error instanceof ApiError)) throw error;
    } finally {
      loads.delete(since);
    }
  }

  const loadSoon = oncePer(FETCH_AGAIN_AFTER_MS, async () => {
    if (!signal.aborted) await load();
  });
  events.follow(
    {
      event(event) {
        if (!('titleId' in event) || event.titleId !== titleId) return;
        // A new plan has new renditions.
        if (event.type === 'plan') loadSoon(titleId);
        for (const since of loads) since.push(event);
        if (state !== undefined) become(applySegmentEvent(state, event));
      },
      reconnected: () => loadSoon(titleId),
      connectionChanged: tell,
    },
    signal,
  );
  loadSoon(titleId);

  return {
    get state() {
      return state;
    },
    get isCurrent() {
      return events.isConnected;
    },
    follow(listener, until) {
      listeners.add(listener);
      until.addEventListener('abort', () => listeners.delete(listener), { once: true });
    },
  };
}
