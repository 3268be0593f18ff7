import { ApiError } from '../api.ts';
import { h, setText } from '../dom.ts';
import { texts } from '../texts.ts';
import { icon } from './icons.ts';
import type { LiveBackground } from './live-background.ts';

/** Whether background work is done, and the button that pauses it. Away where the server does not tell. */
export function backgroundControl(background: LiveBackground, signal: AbortSignal): HTMLElement {
  const words = h('span', { class: 'background__state', role: 'status' });
  const label = h('span', {});
  const pause = icon('pause');
  const resume = icon('play');
  const button = h('button', { class: 'button button--quiet background__button', type: 'button' }, pause, resume, label);
  const problem = h('span', { class: 'background__problem', role: 'alert' });
  const element = h('div', { class: 'background', hidden: true }, words, button, problem);

  button.addEventListener('click', async () => {
    button.disabled = true;
    setText(problem, '');
    try {
      await background.setPaused(background.view?.isPaused !== true);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setText(problem, error.message);
    } finally {
      // Disabling takes the focus away from who came by keyboard.
      button.disabled = false;
      button.focus({ preventScroll: true });
    }
  });

  background.follow(() => {
    const { view } = background;
    element.hidden = view === undefined;
    if (view === undefined) return;
    element.dataset.state = view.state;
    setText(words, texts.background[view.state]);
    setText(label, view.isPaused ? texts.resume : texts.pause);
    button.setAttribute('aria-label', view.isPaused ? texts.resumeBackground : texts.pauseBackground);
    pause.toggleAttribute('hidden', view.isPaused);
    resume.toggleAttribute('hidden', !view.isPaused);
    // There is nothing to pause where the server gives it no cores.
    button.hidden = view.state === 'off';
  }, signal);
  return element;
}
