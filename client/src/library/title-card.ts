import type { TitleView } from '../../../pipeline/model/title.ts';
import { progressBar } from '../app/progress-bar.ts';
import { h, setText, type View } from '../dom.ts';
import { formatDuration, formatDurationWords } from '../format.ts';
import { watchPath } from '../routes.ts';
import { texts } from '../texts.ts';
import { describePicture, describeState } from './describe-title.ts';
import { poster } from './poster.ts';

export function titleCard(first: TitleView): View<TitleView> {
  const picture = poster();
  const duration = h('span', { class: 'card__duration' });
  const bar = progressBar(texts.preparedLabel(first.name));
  const name = h('h2', { class: 'card__name' });
  const state = h('span', { class: 'card__state' });
  const facts = h('span', { class: 'card__facts' });
  const element = h(
    'li',
    { class: 'card' },
    h(
      'a',
      { class: 'card__link', href: watchPath(first.id) },
      h('div', { class: 'card__picture' }, picture.element, duration, bar.element),
      name,
      h('p', { class: 'card__line' }, state, facts),
    ),
  );
  return {
    element,
    update(title) {
      const { durationSeconds, state: word } = title;
      element.dataset.state = word;
      element.toggleAttribute('data-held', title.problem !== undefined);
      picture.update(title);
      setText(name, title.name);
      setText(state, describeState(title));
      setText(facts, describePicture(title));
      duration.hidden = durationSeconds === null;
      setText(duration, formatDuration(durationSeconds));
      if (durationSeconds !== null) duration.setAttribute('aria-label', formatDurationWords(durationSeconds));
      bar.update(title.progress);
      bar.element.classList.toggle('progress--idle', word !== 'playable' && word !== 'probing');
      bar.element.classList.toggle('progress--unknown', word === 'probing');
    },
  };
}
