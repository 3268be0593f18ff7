import { h } from '../dom.ts';

/** Says what happens elsewhere on the page to those who do not see it. */
export interface Announcer {
  readonly element: HTMLElement;
  say(sentence: string): void;
}

export function createAnnouncer(): Announcer {
  const element = h('div', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  return {
    element,
    say(sentence) {
      // A new node each time: the same sentence twice is two pieces of news.
      element.replaceChildren(h('p', {}, sentence));
    },
  };
}
