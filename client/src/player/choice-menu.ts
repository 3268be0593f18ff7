import { h, setText } from '../dom.ts';

export interface Choice {
  value: string;
  text: string;
  /** Smaller, at the end of the line. */
  note?: string;
}

export interface ChoiceMenu {
  readonly button: HTMLElement;
  readonly menu: HTMLElement;
  show(choices: readonly Choice[], selected: string): void;
  /** What the button reads. */
  label(text: string): void;
}

let nextId = 1;

/** A button in the control bar that opens a list of which one is chosen. */
export function choiceMenu(name: string, onChoose: (value: string) => void): ChoiceMenu {
  const id = `menu-${nextId++}`;
  const text = h('span', { class: 'choice__label' });
  const button = h(
    'media-chrome-menu-button',
    { class: 'choice', id: `${id}-button`, invoketarget: id, 'aria-label': name, notooltip: true },
    text,
  );
  const menu = h('media-chrome-menu', { id, hidden: true, anchor: `${id}-button`, 'aria-label': name, class: 'choice__menu' });
  let shown = '';
  menu.addEventListener('change', () => onChoose((menu as HTMLElement & { value: string }).value));

  return {
    button,
    menu,
    show(choices, selected) {
      const wanted = JSON.stringify([choices, selected]);
      // An open menu is left alone unless something in it changed: rebuilding takes the focus.
      if (wanted === shown) return;
      shown = wanted;
      menu.replaceChildren(
        ...choices.map((choice) =>
          h(
            'media-chrome-menu-item',
            { type: 'radio', role: 'menuitemradio', value: choice.value, checked: choice.value === selected },
            h('span', { class: 'choice__text' }, choice.text),
            choice.note && h('small', { class: 'choice__note' }, choice.note),
          ),
        ),
      );
    },
    label: (next) => setText(text, next),
  };
}
