import { ApiError, deleteTitle } from '../api.ts';
import { h, setText } from '../dom.ts';
import { texts } from '../texts.ts';

/** Asks before it deletes. `open(name)` shows it. */
export function deleteDialog(titleId: string, onDeleted: () => void): { element: HTMLElement; open(name: string): void } {
  const question = h('h2', { id: 'delete-question' });
  const problem = h('p', { class: 'dialog__problem', role: 'alert' });
  const confirm = h('button', { class: 'button button--danger', type: 'button' }, texts.delete);
  const cancel = h('button', { class: 'button', type: 'button', onclick: () => dialog.close() }, texts.cancel);
  const dialog = h(
    'dialog',
    { class: 'dialog', 'aria-labelledby': 'delete-question' },
    question,
    h('p', {}, texts.deleteConsequence),
    problem,
    h('div', { class: 'dialog__actions' }, cancel, confirm),
  );

  confirm.addEventListener('click', async () => {
    confirm.disabled = true;
    try {
      await deleteTitle(titleId);
      dialog.close();
      onDeleted();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setText(problem, error.message);
    } finally {
      confirm.disabled = false;
    }
  });
  dialog.addEventListener('click', (event) => {
    // A click beside it is a click on the dialog's own backdrop.
    if (event.target === dialog) dialog.close();
  });

  return {
    element: dialog,
    open(name) {
      setText(question, texts.deleteQuestion(name));
      setText(problem, '');
      dialog.showModal();
      cancel.focus();
    },
  };
}
