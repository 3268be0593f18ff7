import type { TitleView } from '../../../pipeline/model/title.ts';
import { backgroundControl } from '../app/background-control.ts';
import { brandDrawing } from '../app/icons.ts';
import type { LiveBackground } from '../app/live-background.ts';
import type { LiveLibrary } from '../app/live-library.ts';
import { filePicker } from '../app/shell.ts';
import { h, keyedList, setText } from '../dom.ts';
import { texts } from '../texts.ts';
import { titleCard } from './title-card.ts';

/** `/`: every title, or what to do when there is none. */
export function mountLibrary(
  main: HTMLElement,
  options: { library: LiveLibrary; background: LiveBackground; onFiles: (files: File[]) => void },
  signal: AbortSignal,
): void {
  const { library, background, onFiles } = options;
  document.title = texts.documentTitle();
  const summary = h('p', { class: 'library__summary' }, texts.loading);
  const cards = h('ul', { class: 'cards', role: 'list' });
  const empty = emptyState(onFiles);
  const failure = h(
    'div',
    { class: 'notice', role: 'alert', hidden: true },
    h('h2', {}, texts.libraryFailed),
    h('p', {}),
    h('button', { class: 'button', type: 'button', onclick: () => void library.reload() }, texts.tryAgain),
  );
  const head = h('div', { class: 'library__head' }, h('h1', {}, texts.library), summary, backgroundControl(background, signal));
  const list = h('div', { class: 'library' }, head, cards);
  main.replaceChildren(list, empty, failure);

  const show = keyedList<TitleView>(cards, ({ id }) => id, titleCard);
  library.follow(() => {
    const { state, error } = library;
    const isEmpty = state?.titles.length === 0;
    failure.hidden = error === undefined || state !== undefined;
    setText(failure.querySelector('p')!, error?.message ?? '');
    empty.hidden = !isEmpty;
    list.hidden = isEmpty || !failure.hidden;
    if (state === undefined) return;
    const preparing = state.titles.filter((title) => title.state === 'waiting' || title.state === 'probing' || title.state === 'playable');
    setText(summary, texts.summary(state.titles.length, preparing.length));
    show(state.titles);
  }, signal);
}

function emptyState(onFiles: (files: File[]) => void): HTMLElement {
  return h(
    'section',
    { class: 'empty', hidden: true },
    brandDrawing(),
    h('h1', {}, texts.emptyHeading),
    h('p', { class: 'empty__body' }, texts.emptyBody),
    filePicker('button button--strong', texts.chooseFiles, onFiles),
    h('p', { class: 'empty__inbox' }, texts.emptyInboxBefore, h('code', {}, texts.emptyInbox), texts.emptyInboxAfter),
  );
}
