import { fetchTracks, type TrackFacts } from '../api.ts';
import { h, setText } from '../dom.ts';
import { formatDuration } from '../format.ts';
import { texts } from '../texts.ts';
import { createGaplessQueue } from './gapless-queue.ts';

/** `/music`: tracks, searched and played one after another. */
export function mountMusic(main: HTMLElement, signal: AbortSignal): void {
  document.title = texts.documentTitle(texts.music.heading);
  const search = h('input', { class: 'field', type: 'search', 'aria-label': texts.music.search, placeholder: texts.music.search });
  const audio = h('audio', { controls: true });
  const said = h('p', { role: 'status' });
  const list = h('ol', { class: 'music__tracks' });
  const playlist = h('a', { class: 'button', download: true }, texts.music.export);
  let found: TrackFacts[] = [];
  let queued: TrackFacts[] = [];
  const queue = createGaplessQueue(
    audio,
    (index) => setText(said, describe(queued[index])),
    (error) => setText(said, (error as Error).message),
  );
  signal.addEventListener('abort', queue.close, { once: true });

  async function load(): Promise<void> {
    const query = new URLSearchParams(search.value === '' ? {} : { q: search.value });
    found = await fetchTracks(query, signal);
    playlist.href = `/api/tracks.m3u?${query}`;
    list.replaceChildren(
      ...found.map((track, index) =>
        h(
          'li',
          {},
          h('button', { class: 'button', type: 'button', onclick: () => playFrom(index) }, describe(track)),
          ' ',
          [track.album, formatDuration(track.durationSeconds)].filter(Boolean).join(' · '),
        ),
      ),
    );
    if (found.length === 0) setText(said, texts.music.none);
  }

  function playFrom(index: number): void {
    queued = found;
    queue.play(
      queued.map(({ id }) => id),
      index,
    );
  }

  const reload = (): void => void load().catch((error: unknown) => !signal.aborted && setText(said, (error as Error).message));
  search.addEventListener('change', reload);
  main.replaceChildren(
    h('article', { class: 'streams' }, h('h1', {}, texts.music.heading), search, audio, said, list, h('p', {}, playlist)),
  );
  reload();
}

function describe(track: TrackFacts | undefined): string {
  return [track?.artist, track?.title].filter(Boolean).join(' – ');
}
