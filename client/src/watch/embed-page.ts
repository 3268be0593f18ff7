import { createEventStream } from '../app/event-stream.ts';
import { openLiveSegments } from '../segments/live-segments.ts';
import { texts } from '../texts.ts';
import { followTitle } from './follow-title.ts';
import { stage } from './stage.ts';
import { loadFailedMessage, stageMessage } from './stage-message.ts';

/** `/embed/:id`: the player alone, for the pages of others. `?autoplay=1` starts it. */
export function mountEmbed(root: HTMLElement, titleId: string): void {
  document.documentElement.classList.add('embedded');
  const end = new AbortController();
  const events = createEventStream(() => undefined);
  const segments = openLiveSegments(titleId, events, end.signal);
  const picture = stage({ autoplay: new URLSearchParams(location.search).get('autoplay') === '1', segments }, end.signal);
  root.replaceChildren(picture.element);
  followTitle(
    titleId,
    events,
    {
      title(title) {
        document.title = texts.documentTitle(title.name);
        picture.update(title);
      },
      gone() {
        end.abort();
        picture.element.replaceChildren(stageMessage({ heading: texts.goneHeading, body: texts.goneBody }));
      },
      failed: (error, retry) => picture.element.replaceChildren(loadFailedMessage(error.message, retry)),
    },
    end.signal,
  );
}
