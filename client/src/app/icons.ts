import { svg } from '../dom.ts';

/** Drawn on a 24 grid with the strokes of the mark. */
const PATHS = {
  plus: ['M12 5v14', 'M5 12h14'],
  close: ['M6 6l12 12', 'M18 6L6 18'],
  back: ['M15 5l-7 7 7 7'],
  chevron: ['M6 9l6 6 6-6'],
  pause: ['M9 6v12', 'M15 6v12'],
  play: ['M8 5.5v13l10-6.5z'],
  gauge: ['M4 18V9', 'M9.3 18V5', 'M14.6 18v-6', 'M20 18V8'],
} as const;

/** Decoration: what it means is said beside it. */
export function icon(name: keyof typeof PATHS, attributes: Record<string, string> = {}): SVGElement {
  return svg(
    'svg',
    { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', ...attributes },
    ...PATHS[name].map((d) => svg('path', { d })),
  );
}

/** The mark: one stream that parts into rungs. */
export function brandMark(): SVGElement {
  const paths = ['M2 12h7', 'M9 12c4 0 3.5-7 8-7h5', 'M9 12h13', 'M9 12c4 0 3.5 7 8 7h5'];
  return svg('svg', { class: 'mark', viewBox: '0 0 24 24', 'aria-hidden': 'true' }, ...paths.map((d) => svg('path', { d })));
}

/** The mark at the size of a page: what happens to a file that is dropped here. */
export function brandDrawing(): SVGElement {
  const offsets = [-66, -40, -14, 14, 40, 66];
  const streams = offsets.map((offset, index) => {
    const weight = 5 - Math.abs(index - 2.5) * 1.1;
    return svg('path', {
      d: `M0 ${90 + offset * 0.12} H150 C300 ${90 + offset * 0.12} 300 ${90 + offset} 450 ${90 + offset} H760`,
      'vector-effect': 'non-scaling-stroke',
      'stroke-width': weight.toFixed(2),
      'stroke-opacity': (1 - Math.abs(index - 2.5) * 0.22).toFixed(2),
    });
  });
  return svg('svg', { class: 'drawing', viewBox: '0 0 760 180', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, ...streams);
}
