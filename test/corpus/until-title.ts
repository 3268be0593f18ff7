import type { TitleView } from '../../pipeline/model/title.ts';

export async function fetchTitles(url: string): Promise<TitleView[]> {
  return ((await (await fetch(`${url}/api/titles`)).json()) as { titles: TitleView[] }).titles;
}

/** Resolves with the first title that is as wanted, at the latest with the event that makes it so. Rejects when it is called off. */
export async function untilTitle(url: string, isWanted: (title: TitleView) => boolean, signal: AbortSignal): Promise<TitleView> {
  const done = new AbortController();
  try {
    // Listening before looking: no change falls between the two.
    const events = await fetch(`${url}/api/events`, { signal: AbortSignal.any([signal, done.signal]) });
    for await (const _ of events.body!) {
      const wanted = (await fetchTitles(url)).find(isWanted);
      if (wanted !== undefined) return wanted;
    }
    throw new Error('The server ended.');
  } finally {
    done.abort();
  }
}
