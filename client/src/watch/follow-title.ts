import type { TitleView } from '../../../pipeline/model/title.ts';
import { ApiError, fetchTitle } from '../api.ts';
import type { EventStream } from '../app/event-stream.ts';
import { oncePer } from '../app/once-per.ts';

/** Short: between the news that a title plays and its first frame there is only this. */
const FETCH_AGAIN_AFTER_MS = 250;

interface TitleListener {
  title(title: TitleView): void;
  /** It was deleted, or never was. */
  gone(): void;
  /** It could not be loaded; called only while nothing was loaded before. */
  failed(error: ApiError, retry: () => void): void;
}

/** Loads a title and keeps it current until the signal aborts. */
export function followTitle(titleId: string, events: EventStream, listener: TitleListener, signal: AbortSignal): void {
  let isLoaded = false;

  async function load(): Promise<void> {
    try {
      const title = await fetchTitle(titleId, signal);
      isLoaded = true;
      listener.title(title);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 404) listener.gone();
      // Of a title that is on the screen, the next event brings the news.
      else if (!isLoaded) listener.failed(error, () => void load());
    }
  }

  const loadSoon = oncePer(FETCH_AGAIN_AFTER_MS, load);
  events.follow(
    {
      event(event) {
        if (!('titleId' in event) || event.titleId !== titleId) return;
        if (event.type === 'title-removed') listener.gone();
        else if (event.type === 'title' || event.type === 'plan') loadSoon(titleId);
      },
      reconnected: () => loadSoon(titleId),
    },
    signal,
  );
  loadSoon(titleId);
}
