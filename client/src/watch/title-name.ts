import { ApiError, renameTitle } from '../api.ts';
import { h, setText, type View } from '../dom.ts';
import { texts } from '../texts.ts';

/** The name of a title, which can be changed where it stands. */
export function titleName(titleId: string): View<string> {
  const heading = h('h1', { class: 'name__text' });
  const start = h('button', { class: 'button button--quiet', type: 'button', onclick: edit }, texts.rename);
  const shown = h('div', { class: 'name__shown' }, heading, start);

  const input = h('input', {
    class: 'field',
    name: 'name',
    required: true,
    maxlength: 300,
    autocomplete: 'off',
    'aria-label': texts.renameLabel,
  });
  const problem = h('p', { class: 'name__problem', role: 'alert' });
  const save = h('button', { class: 'button button--strong', type: 'submit' }, texts.save);
  const form = h(
    'form',
    { class: 'name__form', hidden: true },
    input,
    save,
    h('button', { class: 'button button--quiet', type: 'button', onclick: () => close() }, texts.cancel),
    problem,
  );
  let current = '';

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const name = input.value.trim();
    if (name === '' || name === current) return close();
    save.disabled = true;
    try {
      await renameTitle(titleId, name);
      current = name;
      setText(heading, name);
      close();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setText(problem, error.message);
    } finally {
      save.disabled = false;
    }
  });
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
  });

  function edit(): void {
    input.value = current;
    setText(problem, '');
    shown.hidden = true;
    form.hidden = false;
    input.select();
  }

  function close(): void {
    form.hidden = true;
    shown.hidden = false;
    start.focus();
  }

  return {
    element: h('div', { class: 'name' }, shown, form),
    update(name) {
      current = name;
      setText(heading, name);
    },
  };
}
