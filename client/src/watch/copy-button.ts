import { h, setText } from '../dom.ts';
import { texts } from '../texts.ts';

const ANSWER_STAYS_MS = 2_000;

/** Copies the address that other players are given. */
export function copyButton(address: () => string): HTMLButtonElement {
  const label = h('span', { 'aria-live': 'polite' }, texts.copyAddress);
  const button = h('button', { class: 'button button--quiet', type: 'button' }, label);
  button.addEventListener('click', async () => {
    setText(label, (await copyText(address())) ? texts.copied : texts.copyFailed);
    setTimeout(() => setText(label, texts.copyAddress), ANSWER_STAYS_MS);
  });
  return button;
}

async function copyText(text: string): Promise<boolean> {
  try {
    // Absent where the page is not secure: plain http from another machine.
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = h('textarea', { class: 'unseen' });
    field.value = text;
    document.body.append(field);
    field.select();
    const isCopied = document.execCommand('copy');
    field.remove();
    return isCopied;
  }
}
