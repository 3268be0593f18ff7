import type { TitleView } from '../../../pipeline/model/title.ts';
import { backgroundControl } from '../app/background-control.ts';
import type { LiveBackground } from '../app/live-background.ts';
import { h, keyedList, setText, type View } from '../dom.ts';
import { formatPercent } from '../format.ts';
import type { LiveSegments } from '../segments/live-segments.ts';
import { storedShare } from '../segments/segments-state.ts';
import { texts } from '../texts.ts';
import { describeRuns } from './describe-runs.ts';
import { heatStrip } from './heat-strip.ts';

export interface PreparedOptions {
  segments: LiveSegments;
  background: LiveBackground;
  onSeek: (seconds: number) => void;
}

/**
 * How much of a title is prepared, where, and what is being made now: nothing for what was complete from the start, and one
 * line that stays where more was shown.
 */
export function preparedSection(options: PreparedOptions, signal: AbortSignal): View<TitleView> & { showTime(seconds: number): void } {
  const { segments, background, onSeek } = options;
  let title: TitleView | undefined;
  let isDue = false;

  const strip = heatStrip((share) => onSeek(share * (title?.durationSeconds ?? 0)));
  const note = h('p', { class: 'prepared__note' });
  const work = h('ul', { class: 'prepared__work' });
  const control = backgroundControl(background, signal);
  const details = h('div', { class: 'prepared__details' }, strip.element, h('div', { class: 'prepared__foot' }, work, control));
  const element = h(
    'section',
    { class: 'prepared', hidden: true, 'aria-label': texts.prepared },
    h('div', { class: 'prepared__head' }, h('h2', {}, texts.prepared), note),
    details,
  );
  const showWork = keyedList<{ place: string; text: string }>(
    work,
    ({ place }) => place,
    () => {
      const line = h('li', {});
      return { element: line, update: ({ text }) => setText(line, text) };
    },
  );

  /** Events come by the hundred; what is seen changes once a frame. */
  function drawSoon(): void {
    if (isDue || signal.aborted) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      draw();
    });
  }

  function draw(): void {
    if (title === undefined) return;
    const { state } = segments;
    const isComplete = title.state === 'complete';
    if (title.state === 'playable') element.hidden = false;
    details.hidden = isComplete || state === undefined || state.renditions.length === 0;
    setText(note, isComplete ? texts.preparedAll : texts.preparedNote(formatPercent(state ? storedShare(state) : title.progress)));
    if (details.hidden || state === undefined) return;
    strip.update({ state, renditions: title.renditions });
    const sentences = describeRuns(state, title.renditions);
    const lines = sentences.length > 0 ? sentences : [texts.nothingEncoded];
    showWork(lines.map((text, index) => ({ place: String(index), text })));
  }

  segments.follow(drawSoon, signal);
  return {
    element,
    update(next) {
      title = next;
      draw();
    },
    showTime(seconds) {
      if (title?.durationSeconds) strip.showTime(Math.min(1, seconds / title.durationSeconds));
    },
  };
}
