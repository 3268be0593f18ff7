import { h } from '../dom.ts';
import { texts } from '../texts.ts';
import { brandMark, icon } from './icons.ts';

const LOST_IS_SHOWN_AFTER_MS = 2_500;

export interface Shell {
  /** Where pages stand. */
  readonly main: HTMLElement;
  showConnection(isConnected: boolean): void;
}

/** The frame around every page but the embedded one: the name, the way to add files, the state of the connection. */
export function createShell(root: HTMLElement, onFiles: (files: File[]) => void, ...overlays: HTMLElement[]): Shell {
  const lost = h('p', { class: 'lost', role: 'status', hidden: true }, texts.connectionLost);
  const main = h('main', { id: 'content', tabindex: -1 });
  root.replaceChildren(
    h('a', { class: 'skip', href: '#content' }, texts.skipToContent),
    h(
      'header',
      { class: 'bar' },
      h('a', { class: 'brand', href: '/' }, brandMark(), h('span', { class: 'brand__name' }, texts.product)),
      h(
        'nav',
        { class: 'bar__pages' },
        h('a', { href: '/music' }, texts.music.heading),
        h('a', { href: '/streams' }, texts.streams.heading),
      ),
      filePicker('button', texts.addFiles, onFiles),
    ),
    main,
    lost,
    ...overlays,
  );

  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    main,
    showConnection(isConnected) {
      clearTimeout(timer);
      // A moment's loss, as when the server is restarted, is nobody's concern.
      if (isConnected) lost.hidden = true;
      else timer = setTimeout(() => (lost.hidden = false), LOST_IS_SHOWN_AFTER_MS);
    },
  };
}

/** A button that asks for files; a real button, as a styled label cannot be reached by the keyboard. */
export function filePicker(className: string, text: string, onFiles: (files: File[]) => void): HTMLElement {
  const input = h('input', { type: 'file', multiple: true, hidden: true, 'aria-label': text });
  input.addEventListener('change', () => {
    onFiles([...(input.files ?? [])]);
    // The same file chosen again must be a change again.
    input.value = '';
  });
  return h(
    'span',
    { class: 'picker' },
    h('button', { class: className, type: 'button', onclick: () => input.click() }, icon('plus'), text),
    input,
  );
}
