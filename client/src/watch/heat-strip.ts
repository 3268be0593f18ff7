import type { RenditionView } from '../../../pipeline/model/title.ts';
import type { SegmentRun } from '../../../pipeline/model/work/work-view.ts';
import { h, keyedList, setText, svg, type View } from '../dom.ts';
import { formatPercent } from '../format.ts';
import { countSegments, type EncodingRun, plannedSegments, type SegmentsState } from '../segments/segments-state.ts';
import { texts } from '../texts.ts';
import { nameRenditions } from './name-renditions.ts';
import { BAR_WIDTH, runBars } from './run-bars.ts';

export interface StripContent {
  state: SegmentsState;
  renditions: readonly RenditionView[];
}

interface Row {
  id: string;
  name: string;
  segments: readonly SegmentRun[];
  /** The rectangles being encoded that lie in this row. */
  encoding: readonly EncodingRun[];
  boundaryTicks: readonly number[];
  planned: number;
}

/**
 * Which parts of the title there are: a row for each rung, the best on top, and for each sound. `onSeek` is told the share
 * of the title, 0..1, that was pointed at; by keyboard the player's own timeline does that.
 */
export function heatStrip(onSeek: (share: number) => void): View<StripContent> & { showTime(share: number): void } {
  const rows = h('ul', { class: 'strip__rows' });
  const cursor = h('span', { class: 'strip__cursor', 'aria-hidden': 'true', hidden: true });
  // Over the tracks alone: the names beside them are no place of the title.
  const over = h('div', { class: 'strip__over' }, cursor);
  const element = h('div', { class: 'strip' }, rows, over);
  const show = keyedList<Row>(rows, ({ id }) => id, createRow);

  over.addEventListener('click', ({ clientX }) => {
    const { left, width } = over.getBoundingClientRect();
    const share = (clientX - left) / width;
    if (share >= 0 && share < 1) onSeek(share);
  });

  return {
    element,
    update({ state, renditions }) {
      const planned = plannedSegments(state);
      show(
        nameRenditions(renditions).flatMap(({ id, name }): Row[] => {
          const stored = state.renditions.find((rendition) => rendition.id === id);
          if (stored === undefined) return [];
          const encoding = state.runs.filter(({ renditionIds }) => renditionIds.includes(id));
          return [{ id, name, segments: stored.segments, encoding, boundaryTicks: state.boundaryTicks, planned }];
        }),
      );
    },
    showTime(share) {
      cursor.hidden = false;
      cursor.style.setProperty('--at', share.toFixed(4));
    },
  };
}

function createRow(): View<Row> {
  const name = h('span', { class: 'strip__name', 'aria-hidden': 'true' });
  const percent = h('span', { class: 'strip__percent', 'aria-hidden': 'true' });
  const held = svg('path', { class: 'strip__held' });
  const encoding = svg('path', { class: 'strip__encoding' });
  const stored = svg('path', { class: 'strip__stored' });
  const drawing = { class: 'strip__track', viewBox: `0 0 ${BAR_WIDTH} 1`, preserveAspectRatio: 'none', role: 'img' };
  const track = svg('svg', drawing, held, encoding, stored);
  let shown: Row | undefined;

  return {
    element: h('li', { class: 'strip__row' }, name, track, percent),
    update(row) {
      const { segments, boundaryTicks, planned } = row;
      if (shown?.segments !== segments || shown.boundaryTicks !== boundaryTicks || shown.name !== row.name) {
        const share = formatPercent(planned === 0 ? 0 : countSegments(segments) / planned);
        setText(name, row.name);
        // Where it is too long for its column.
        name.title = row.name;
        setText(percent, share);
        track.setAttribute('aria-label', texts.rungPrepared(row.name, share));
        stored.setAttribute('d', runBars(segments, boundaryTicks));
      }
      const bars = (isSuspended: boolean) =>
        runBars(
          row.encoding.filter((run) => run.isSuspended === isSuspended).map((run) => [run.firstSegment, run.endSegment]),
          boundaryTicks,
        );
      encoding.setAttribute('d', bars(false));
      held.setAttribute('d', bars(true));
      shown = row;
    },
  };
}
