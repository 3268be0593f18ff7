import type { PendingFile } from '../../../pipeline/catalogue/catalogue.ts';
import type { PipelineEvent } from '../../../pipeline/event-bus.ts';
import type { TitleView } from '../../../pipeline/model/title.ts';

/** What the library shows, newest title first. Pure. */
export interface LibraryState {
  titles: readonly TitleView[];
  pending: readonly PendingFile[];
}

/** The state after an event, and the title that must be fetched because the event does not say all that changed. */
export function applyEvent(state: LibraryState, event: PipelineEvent): { state: LibraryState; fetchTitleId?: string } {
  switch (event.type) {
    case 'title': {
      const known = state.titles.find((title) => title.id === event.titleId);
      if (known === undefined) return { state, fetchTitleId: event.titleId };
      const next = { ...known, state: event.state, progress: event.progress };
      const after = { ...state, titles: state.titles.map((title) => (title === known ? next : title)) };
      // Only a new state, or the poster that was not there yet, can mean more than progress; and news without any progress
      // is of what the event does not say, such as a problem, which is over when there is progress again.
      const isMore = known.state !== event.state || known.progress === event.progress;
      const isAwaited = known.posterUrl === null || known.problem !== undefined;
      return isMore || isAwaited ? { state: after, fetchTitleId: event.titleId } : { state: after };
    }
    case 'title-removed':
      return { state: { ...state, titles: state.titles.filter((title) => title.id !== event.titleId) } };
    case 'plan':
      return { state, fetchTitleId: event.titleId };
    case 'pending':
      return { state: { ...state, pending: event.files } };
    default:
      return { state };
  }
}

/** Puts a fetched title in, whether it was known or not. */
export function putTitle(state: LibraryState, title: TitleView): LibraryState {
  return { ...state, titles: sortTitles([title, ...state.titles.filter(({ id }) => id !== title.id)]) };
}

/** Newest first; the id decides between equals, so that cards never swap places. */
export function sortTitles(titles: readonly TitleView[]): TitleView[] {
  return titles.toSorted((a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? -1 : 1));
}
