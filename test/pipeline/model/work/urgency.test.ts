import { expect, test } from 'vitest';
import { NO_DEMAND, noteDemand } from '../../../../pipeline/model/work/demand.ts';
import type { RunCause } from '../../../../pipeline/model/work/run-state.ts';
import { compareUrgency, urgencyOf } from '../../../../pipeline/model/work/urgency.ts';

const LEAD = 5;

/** Segments 10 to 19 of a rung and its sound, at `next`. */
const chunk = (cause: RunCause, next = 10) => ({
  ...{ titleId: 'film', cause, chunk: { renditionIds: ['v360', 'a1'], firstSegment: 10, endSegment: 20 } },
  next: { v360: next, a1: next },
});
const seen = (segment: number, state: 'asked' | 'waiting', renditionId = 'v360') =>
  noteDemand(NO_DEMAND, { titleId: 'film', renditionId, segment, state }, { nowMs: 7, doubtMs: 5_000 });

test('somebody waits for what is still to come', () => {
  expect(urgencyOf(chunk('background', 12), seen(14, 'waiting'), LEAD)).toEqual({ level: 'waited', sinceMs: 7, viewers: 1 });
  expect(urgencyOf(chunk('background', 15), seen(14, 'waiting'), LEAD).level).not.toBe('waited');
  expect(urgencyOf(chunk('background', 12), seen(14, 'waiting', 'v720'), LEAD).level).toBe('later');
});

test.each([
  [4, 10, 'later'],
  [5, 10, 'ahead'],
  [12, 12, 'ahead'],
  [12, 17, 'ahead'],
  [12, 18, 'later'],
  [20, 12, 'later'],
])('with a viewer at %i, a run that is at %i is %s', (head, next, level) => {
  expect(urgencyOf(chunk('background', next), seen(head, 'asked'), LEAD).level).toBe(level);
});

test.each<[RunCause, string]>([
  ['first', 'start'],
  ['background', 'later'],
  ['further', 'later'],
  ['demand', 'nobody'],
  ['lead', 'nobody'],
  ['prefetch', 'nobody'],
])('without viewers a %s chunk is for %s', (cause, level) => {
  expect(urgencyOf(chunk(cause), NO_DEMAND, LEAD)).toEqual({ level, sinceMs: undefined, viewers: 0 });
});

test('rungs beside the one that is watched are made after what viewers need, before the background, while somebody is near', () => {
  expect(urgencyOf(chunk('prefetch'), seen(6, 'asked', 'v720'), LEAD).level).toBe('beside');
  expect(urgencyOf(chunk('prefetch'), seen(30, 'asked', 'v720'), LEAD).level).toBe('nobody');
});

test('who has waited longest goes first, and who waits before who will come', () => {
  const levels = [
    { level: 'later', sinceMs: undefined, viewers: 0 },
    { level: 'waited', sinceMs: 5, viewers: 1 },
    { level: 'ahead', sinceMs: undefined, viewers: 1 },
    { level: 'waited', sinceMs: 3, viewers: 1 },
  ] as const;
  expect([...levels].sort(compareUrgency).map(({ level, sinceMs }) => [level, sinceMs])).toEqual([
    ['waited', 3],
    ['waited', 5],
    ['ahead', undefined],
    ['later', undefined],
  ]);
});
