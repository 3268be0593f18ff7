import { h, type View } from '../dom.ts';
import { formatPercent } from '../format.ts';

/** A line that fills: `update(0..1)`. */
export function progressBar(label: string): View<number> {
  const fill = h('div', { class: 'progress__fill' });
  const element = h('div', { class: 'progress', role: 'progressbar', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': 100 }, fill);
  return {
    element,
    update(share) {
      const bounded = Math.min(1, Math.max(0, share));
      fill.style.setProperty('--share', bounded.toFixed(4));
      element.setAttribute('aria-valuenow', String(Math.floor(bounded * 100)));
      element.setAttribute('aria-valuetext', formatPercent(bounded));
    },
  };
}
