import { h, setText, type View } from '../dom.ts';

/** Rows of texts under headings. On a narrow screen each cell carries its heading, and a row becomes a block. */
export function table(caption: string, headings: readonly string[]): View<readonly (readonly string[])[]> {
  const body = h('tbody', {});
  const element = h(
    'section',
    { class: 'facts', hidden: true },
    h('h2', {}, caption),
    h(
      'table',
      { 'aria-label': caption },
      h('thead', {}, h('tr', {}, ...headings.map((heading) => h('th', { scope: 'col' }, heading)))),
      body,
    ),
  );
  return {
    element,
    update(rows) {
      element.hidden = rows.length === 0;
      while (body.rows.length > rows.length) body.deleteRow(-1);
      rows.forEach((cells, index) => {
        const row = body.rows[index] ?? body.appendChild(h('tr', {}, ...headings.map((heading) => h('td', { 'data-heading': heading }))));
        cells.forEach((text, column) => {
          setText(row.cells[column]!, text);
        });
      });
    },
  };
}
