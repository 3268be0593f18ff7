import { h } from '../dom.ts';
import { texts } from '../texts.ts';
import { recall, remember } from './browser-storage.ts';

const KEY = 'millrace.token';

let asking: Promise<boolean> | undefined;

/** The header that carries the token, where this browser was told one. */
export function authorization(): Record<string, string> {
  const token = recall(KEY);
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}

/** Asks the person for the server's token, once for all who ask meanwhile. Answers whether one was given. */
export function askForToken(): Promise<boolean> {
  asking ??= showDialog().finally(() => {
    asking = undefined;
  });
  return asking;
}

function showDialog(): Promise<boolean> {
  const input = h('input', {
    class: 'field',
    type: 'password',
    required: true,
    autocomplete: 'current-password',
    'aria-label': texts.tokenLabel,
  });
  const form = h(
    'form',
    { method: 'dialog' },
    h('h2', { id: 'token-question' }, texts.tokenQuestion),
    h('p', {}, texts.tokenExplanation),
    input,
    h(
      'div',
      { class: 'dialog__actions' },
      h('button', { class: 'button', type: 'button', onclick: () => dialog.close() }, texts.cancel),
      h('button', { class: 'button button--strong', type: 'submit', value: 'given' }, texts.proceed),
    ),
  );
  const dialog = h('dialog', { class: 'dialog', 'aria-labelledby': 'token-question' }, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      const isGiven = dialog.returnValue === 'given' && input.value.trim() !== '';
      if (isGiven) remember(KEY, input.value.trim());
      dialog.remove();
      resolve(isGiven);
    });
  });
}
