import { h } from '../dom.ts';
import { texts } from '../texts.ts';

interface StageMessage {
  heading: string;
  body: string;
  tone?: 'busy' | 'danger';
  action?: { text: string; run: () => void };
}

/** What stands where the picture would be. */
export function stageMessage({ heading, body, tone, action }: StageMessage): HTMLElement {
  return h(
    'div',
    { class: 'over-picture stage__message', 'data-tone': tone, role: tone === 'danger' ? 'alert' : 'status' },
    tone === 'busy' && h('span', { class: 'stage__pulse', 'aria-hidden': 'true' }),
    h('h2', {}, heading),
    h('p', {}, body),
    action && h('button', { class: 'button', type: 'button', onclick: action.run }, action.text),
  );
}

export function loadFailedMessage(reason: string, retry: () => void): HTMLElement {
  return stageMessage({ heading: texts.loadFailedHeading, body: reason, tone: 'danger', action: { text: texts.tryAgain, run: retry } });
}

/** A whole page that has only this to say. */
export function pageNotice(heading: string, body: string): HTMLElement {
  return h(
    'section',
    { class: 'notice' },
    h('h1', {}, heading),
    body !== '' && h('p', {}, body),
    h('a', { class: 'button', href: '/' }, texts.backToLibrary),
  );
}

export function mountUnknown(main: HTMLElement): void {
  document.title = texts.documentTitle();
  main.replaceChildren(pageNotice(texts.unknownHeading, ''));
}
