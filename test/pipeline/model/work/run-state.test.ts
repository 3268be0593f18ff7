import { expect, test } from 'vitest';
import { endOfBegun, etaMs, paceMs, type RunReport, updateRun, willBring } from '../../../../pipeline/model/work/run-state.ts';

const report = (v720: number, v360: number, isSuspended = false): RunReport => ({
  ...{ chunkId: '1', titleId: 'film', cause: 'background', isSuspended, progress: 0 },
  chunk: { renditionIds: ['v720', 'v360'], firstSegment: 10, endSegment: 20 },
  next: { v720, v360 },
});

test('a run brings what it is at and what follows, to its end', () => {
  expect([9, 11, 12, 19, 20].map((segment) => willBring(report(12, 13), 'v720', segment))).toEqual([false, false, true, true, false]);
  expect(willBring(report(12, 13), 'a1', 15)).toBe(false);
});

test('what a run has begun ends with the segment of its foremost rendition', () => {
  expect(endOfBegun(report(12, 13))).toBe(14);
  expect(endOfBegun(report(10, 10))).toBe(11);
  expect(endOfBegun(report(19, 20))).toBe(20);
});

test('a segment is expected at the pace of the run so far', () => {
  const run = updateRun(updateRun(undefined, report(10, 10), 0), report(12, 12), 6_000);
  expect(paceMs(run, 'v720', 7_000, 100)).toBe(3_000);
  expect(etaMs(run, 'v720', 12, 7_000, 100)).toBe(2_000);
  expect(etaMs(run, 'v720', 15, 7_000, 100)).toBe(11_000);
});

test('before its first segment a run is taken at its word, and at least for as slow as it has been', () => {
  const run = updateRun(undefined, report(10, 10), 0);
  expect(etaMs(run, 'v720', 10, 0, 4_000)).toBe(4_000);
  expect(paceMs(run, 'v720', 9_000, 4_000)).toBe(9_000);
});

test('time in which a run stood still is not held against it', () => {
  const begun = updateRun(updateRun(undefined, report(10, 10), 0), report(11, 11), 2_000);
  const still = updateRun(begun, report(11, 11, true), 3_000);
  expect(etaMs(still, 'v720', 11, 60_000, 100)).toBe(1_000);
  const again = updateRun(still, report(11, 11), 60_000);
  expect(paceMs(again, 'v720', 60_000, 100)).toBe(2_000);
  expect(etaMs(again, 'v720', 11, 60_500, 100)).toBe(500);
});
