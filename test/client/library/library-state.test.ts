import { describe, expect, test } from 'vitest';
import { applyEvent, type LibraryState, putTitle, sortTitles } from '../../../client/src/library/library-state.ts';
import { titleView } from '../title-fixture.ts';

const library = (...titles: LibraryState['titles']): LibraryState => ({ titles, pending: [] });

describe('applyEvent', () => {
  test('progress of a known title is shown without asking the server', () => {
    const { state, fetchTitleId } = applyEvent(library(titleView({ id: 'a' })), {
      type: 'title',
      titleId: 'a',
      state: 'playable',
      progress: 0.5,
    });
    expect(state.titles[0]?.progress).toBe(0.5);
    expect(fetchTitleId).toBeUndefined();
  });

  test('a new state is shown at once, and the title is fetched for what came with it', () => {
    const before = library(titleView({ id: 'a', state: 'probing' }));
    const { state, fetchTitleId } = applyEvent(before, { type: 'title', titleId: 'a', state: 'playable', progress: 0 });
    expect(state.titles[0]?.state).toBe('playable');
    expect(fetchTitleId).toBe('a');
  });

  test('a title without a poster is fetched at its next progress, until it has one', () => {
    const event = { type: 'title', titleId: 'a', state: 'playable', progress: 0.1 } as const;
    expect(applyEvent(library(titleView({ id: 'a', posterUrl: null })), event).fetchTitleId).toBe('a');
    expect(applyEvent(library(titleView({ id: 'a' })), event).fetchTitleId).toBeUndefined();
  });

  test('news without progress is fetched, and so is progress of a title that had a problem', () => {
    const event = { type: 'title', titleId: 'a', state: 'playable', progress: 0.1 } as const;
    expect(applyEvent(library(titleView({ id: 'a', progress: 0.1 })), event).fetchTitleId).toBe('a');
    const problem = { code: 'disk_full', message: 'The disk is full.' };
    expect(applyEvent(library(titleView({ id: 'a', problem })), event).fetchTitleId).toBe('a');
  });

  test('an unknown title is fetched and changes nothing before it is here', () => {
    const before = library();
    expect(applyEvent(before, { type: 'title', titleId: 'new', state: 'waiting', progress: 0 })).toEqual({
      state: before,
      fetchTitleId: 'new',
    });
  });

  test('a removed title leaves', () => {
    const before = library(titleView({ id: 'a' }), titleView({ id: 'b' }));
    expect(applyEvent(before, { type: 'title-removed', titleId: 'a' }).state.titles.map(({ id }) => id)).toEqual(['b']);
  });

  test('the files of the drop folder are replaced as a whole', () => {
    const file = { path: 'a.mkv', sizeBytes: 1, reason: 'Still growing', reasonCode: 'growing', sinceMs: 0 };
    const { state } = applyEvent(library(), { type: 'pending', files: [file] });
    expect(state.pending).toEqual([file]);
    expect(applyEvent(state, { type: 'pending', files: [] }).state.pending).toEqual([]);
  });

  test('segments and chunks, which come by the hundred, cost nothing', () => {
    const before = library(titleView({ id: 'a' }));
    const after = applyEvent(before, {
      type: 'segment',
      titleId: 'a',
      renditionId: 'v720',
      segment: 1,
      sizeBytes: 1,
      cause: 'background',
      isTwice: false,
    });
    expect(after.state).toBe(before);
    expect(after.fetchTitleId).toBeUndefined();
  });
});

test('the newest title comes first, and titles of the same moment keep one order', () => {
  const titles = [titleView({ id: 'b' }), titleView({ id: 'new', createdAtMs: 2_000 }), titleView({ id: 'a' })];
  expect(sortTitles(titles).map(({ id }) => id)).toEqual(['new', 'a', 'b']);
  expect(sortTitles(titles.toReversed()).map(({ id }) => id)).toEqual(['new', 'a', 'b']);
});

test('a fetched title takes the place of the one that was known', () => {
  const before = library(titleView({ id: 'b' }), titleView({ id: 'a' }));
  const { titles } = putTitle(before, titleView({ id: 'a', name: 'renamed' }));
  expect(titles.map(({ id, name }) => [id, name])).toEqual([
    ['a', 'renamed'],
    ['b', 'b'],
  ]);
});
