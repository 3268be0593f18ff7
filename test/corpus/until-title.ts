import type { TitleView } from '../../pipeline/model/title.ts';

export async function fetchTitles(url: string): Promise<TitleView[]> {
  return ((await (await fetch(`${url}/api/titles`)).json()) as { titles: TitleView[] }).titles;
}

/**
 * Resolves with the first title that is as wanted, at the latest with the event that makes it so. Rejects when it is called off
 * or the server is gone.
 */
export async function untilTitle(url: string, isWanted: (title: TitleView) => boolean, signal: AbortSignal): Promise<TitleView> {
  for (;;) {
    const found = await followOnce(url, isWanted, signal);
    if (found !== undefined) return found;
  }
}

/** Undefined when the server drops us: it does that to who has much unread, and may be asked again. */
async function followOnce(url: string, isWanted: (title: TitleView) => boolean, signal: AbortSignal): Promise<TitleView | undefined> {
  const done = new AbortController();
  // Listening before looking: no change falls between the two.
  const events = await fetch(`${url}/api/events`, { signal: AbortSignal.any([signal, done.signal]) });
  try {
    for await (const _ of events.body!) {
      const wanted = (await fetchTitles(url)).find(isWanted);
      if (wanted !== undefined) return wanted;
    }
  } catch (error) {
    if (signal.aborted) throw error;
  } finally {
    done.abort();
  }
  return undefined;
}
