import type { TitleView } from '../../../pipeline/model/title.ts';
import type { EventStream } from '../app/event-stream.ts';
import { icon } from '../app/icons.ts';
import type { LiveBackground } from '../app/live-background.ts';
import { h, setText } from '../dom.ts';
import { formatDuration } from '../format.ts';
import { describePicture, describeTags } from '../library/describe-title.ts';
import { openLiveSegments } from '../segments/live-segments.ts';
import { texts } from '../texts.ts';
import { copyButton } from './copy-button.ts';
import { deleteDialog } from './delete-dialog.ts';
import { followTitle } from './follow-title.ts';
import { preparedSection } from './prepared-section.ts';
import { stage } from './stage.ts';
import { loadFailedMessage, pageNotice } from './stage-message.ts';
import { table } from './table.ts';
import { titleName } from './title-name.ts';
import { RENDITION_HEADINGS, REPORT_HEADINGS, renditionRows, reportRows } from './title-tables.ts';
import { waveformStrip } from './waveform-strip.ts';

/** `/watch/:id`: the player, and all that is known of the title. */
export function mountWatch(
  main: HTMLElement,
  options: { titleId: string; events: EventStream; background: LiveBackground; onDeleted: () => void },
  signal: AbortSignal,
): void {
  const { titleId, events, background, onDeleted } = options;
  document.title = texts.documentTitle();
  // Ends with the page, and with the title.
  const end = new AbortController();
  const alive = AbortSignal.any([signal, end.signal]);
  const segments = openLiveSegments(titleId, events, alive);
  const picture = stage({ autoplay: true, segments, onTime: showTime }, alive);
  const name = titleName(titleId);
  const facts = h('p', { class: 'watch__facts' });
  const problem = h('p', { class: 'watch__problem', hidden: true });
  const waveform = waveformStrip(picture.seek, alive);
  const prepared = preparedSection({ segments, background, onSeek: picture.seek }, alive);
  const renditions = table(texts.renditions, RENDITION_HEADINGS);
  const report = table(texts.report, REPORT_HEADINGS);
  const dialog = deleteDialog(titleId, onDeleted);
  let current: TitleView | undefined;

  function showTime(seconds: number): void {
    prepared.showTime(seconds);
    waveform.showTime(seconds);
  }

  const copy = copyButton(() => new URL(current?.playlistUrl ?? '', location.href).href);
  const remove = h(
    'button',
    { class: 'button button--quiet', type: 'button', onclick: () => dialog.open(current?.name ?? '') },
    texts.delete,
  );
  const about = h(
    'div',
    { class: 'watch__about', hidden: true },
    h('div', { class: 'watch__head' }, name.element, h('div', { class: 'watch__actions' }, copy, remove)),
    facts,
    problem,
    prepared.element,
    renditions.element,
    report.element,
  );
  const back = h('a', { class: 'back', href: '/' }, icon('back'), texts.backToLibrary);
  main.replaceChildren(h('article', { class: 'watch' }, back, picture.element, waveform.element, about, dialog.element));

  followTitle(
    titleId,
    events,
    {
      title(title) {
        current = title;
        document.title = texts.documentTitle(title.name);
        about.hidden = false;
        copy.hidden = title.playlistUrl === null;
        picture.update(title);
        waveform.update(title);
        name.update(title.name);
        setText(
          facts,
          [
            describeTags(title),
            title.durationSeconds === null ? '' : formatDuration(title.durationSeconds),
            describePicture(title),
            texts.states[title.state],
          ]
            .filter(Boolean)
            .join(' · '),
        );
        // Without a picture the stage says it. What keeps a title from going on for now is no failure.
        const said = title.error ?? title.problem;
        problem.hidden = said === undefined || title.playlistUrl === null || title.state === 'waiting' || title.state === 'probing';
        problem.toggleAttribute('data-held', title.error === undefined);
        setText(problem, said?.message ?? '');
        prepared.update(title);
        renditions.update(renditionRows(title));
        report.update(reportRows(title));
      },
      gone() {
        end.abort();
        main.replaceChildren(pageNotice(texts.goneHeading, texts.goneBody));
      },
      failed: (error, retry) => picture.element.replaceChildren(loadFailedMessage(error.message, retry)),
    },
    alive,
  );
}
