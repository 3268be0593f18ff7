import { fetchTexts, fetchTitles } from '../api.ts';
import { h, setText } from '../dom.ts';
import { formatBytes } from '../format.ts';
import { texts } from '../texts.ts';
import { countChunks } from './count-chunks.ts';
import { showEvents, showText } from './show-text.ts';

/** `/streams`: each way of streaming over HTTP, live. */
export function mountStreams(main: HTMLElement, signal: AbortSignal): void {
  document.title = texts.documentTitle(texts.streams.heading);
  const title = h('select', { class: 'field', 'aria-label': texts.streams.title });
  const text = h('select', { class: 'field', 'aria-label': texts.streams.text });
  const audio = h('audio', { controls: true, preload: 'none' });
  const video = h('video', { controls: true, preload: 'none', playsinline: true });
  const original = h('output', { class: 'streams__count' });
  const plain = h('pre', { class: 'streams__text', tabindex: 0, 'data-stream': 'text' });
  const events = h('pre', { class: 'streams__text', tabindex: 0, 'data-stream': 'events' });

  const address = (path: string): string => `${path}?track_id=${encodeURIComponent(title.value)}`;
  const textAddress = (): string => `/text_stream?file_name=${encodeURIComponent(text.value)}`;
  function showTitle(): void {
    audio.src = address('/audio_stream');
    video.src = address('/video_stream');
  }
  title.addEventListener('change', showTitle);

  main.replaceChildren(
    h(
      'article',
      { class: 'streams' },
      h('h1', {}, texts.streams.heading),
      h('p', {}, texts.streams.about),
      h('label', {}, texts.streams.title, ' ', title),
      part('/audio_stream?track_id=', texts.streams.audio, audio),
      part('/video_stream?track_id=', texts.streams.video, video),
      part(
        '/stream?track_id=',
        texts.streams.original,
        runButton((end) =>
          countChunks(address('/stream'), ({ chunks, bytes }) => setText(original, texts.streams.count(chunks, formatBytes(bytes))), end),
        ),
        original,
      ),
      h('label', {}, texts.streams.text, ' ', text),
      part(
        '/text_stream?file_name=',
        texts.streams.plain,
        runButton((end) => showText(textAddress(), plain, end)),
        plain,
      ),
      part(
        '/text_stream?file_name=',
        texts.streams.events,
        runButton((end) => showEvents(textAddress(), events, end)),
        events,
      ),
    ),
  );
  signal.addEventListener('abort', () => {
    for (const media of [audio, video]) {
      media.removeAttribute('src');
      media.load();
    }
  });
  void load();

  async function load(): Promise<void> {
    const [titles, found] = await Promise.all([fetchTitles(signal), fetchTexts(signal)]);
    title.replaceChildren(
      ...titles.filter(({ playlistUrl }) => playlistUrl !== null).map(({ id, name }) => h('option', { value: id }, name)),
    );
    text.replaceChildren(...found.map(({ name }) => h('option', { value: name }, name)));
    if (title.value !== '') showTitle();
  }

  /** Begins anew with each press; what went on before ends. */
  function runButton(run: (end: AbortSignal) => Promise<void>): HTMLElement {
    let running = new AbortController();
    const failure = h('span', { class: 'streams__failure', role: 'alert' });
    const start = async (): Promise<void> => {
      running.abort();
      running = new AbortController();
      const end = AbortSignal.any([signal, running.signal]);
      setText(failure, '');
      try {
        await run(end);
      } catch (error) {
        if (!end.aborted) setText(failure, texts.streams.failed((error as Error).message));
      }
    };
    return h('p', {}, h('button', { class: 'button', type: 'button', onclick: () => void start() }, texts.streams.start), failure);
  }
}

function part(route: string, about: string, ...content: HTMLElement[]): HTMLElement {
  return h('section', { class: 'streams__part' }, h('h2', {}, h('code', {}, route)), h('p', {}, about), ...content);
}
