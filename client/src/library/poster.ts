import { h, svg, type View } from '../dom.ts';

interface PosterOf {
  id: string;
  name: string;
  posterUrl: string | null;
}

/** A title's picture, or a quiet drawing with its name until there is one, or where there is none. */
export function poster(): View<PosterOf> {
  const element = h('div', { class: 'poster' });
  let shown: string | undefined;
  return {
    element,
    update(title) {
      const wanted = title.posterUrl ?? `:${title.name}`;
      if (wanted === shown) return;
      shown = wanted;
      if (title.posterUrl === null) {
        element.replaceChildren(placeholder(title));
        return;
      }
      const image = h('img', { src: title.posterUrl, alt: '', loading: 'lazy', decoding: 'async' });
      image.addEventListener('error', () => {
        image.replaceWith(placeholder(title));
        // The next news of the title tries again.
        shown = undefined;
      });
      element.replaceChildren(image);
    },
  };
}

/** Streams whose course, and whose hue, the id decides: a title always looks like itself. */
function placeholder({ id, name }: PosterOf): HTMLElement {
  const seed = hash(id);
  const bend = 20 + (seed % 60);
  const lines = Array.from({ length: 7 }, (_, index) => {
    const start = 10 + index * 4 + ((seed >> 3) % 40);
    const end = index * 15 - 4 + ((seed >> 7) % 12);
    return svg('path', { d: `M-4 ${start} C ${bend} ${start}, ${100 - bend / 2} ${end}, 164 ${end}` });
  });
  const element = h(
    'div',
    { class: 'placeholder', 'aria-hidden': 'true' },
    svg('svg', { viewBox: '0 0 160 90', preserveAspectRatio: 'xMidYMid slice' }, ...lines),
    // Names of files have no spaces to break at.
    h('span', {}, name.replaceAll(/[_.-]/g, '$&\u200b')),
  );
  element.style.setProperty('--hue', String(110 + (seed % 120)));
  return element;
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ character.codePointAt(0)!, 0x01000193) >>> 0;
  return value;
}
