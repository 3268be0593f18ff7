import { describe, expect, test } from 'vitest';
import { type ArrangedRun, arrangeRuns, startableCauses } from '../../../../pipeline/model/work/arrange-runs.ts';
import type { UrgencyLevel } from '../../../../pipeline/model/work/urgency.ts';

const TWO_CORES = { cores: 2, encoders: 1 };
const EIGHT_CORES = { cores: 8, encoders: 2 };

const runs = (...levels: UrgencyLevel[]): ArrangedRun[] =>
  levels.map((level, index) => ({
    chunkId: `${level}${index}`,
    urgency: { level, sinceMs: undefined, viewers: 0 },
    preemptedSinceMs: undefined,
  }));

describe('which runs go on', () => {
  test.each([
    ['the background, when it is alone', TWO_CORES, runs('later'), ['later0']],
    ['two who are waited for, on two cores', TWO_CORES, runs('later', 'waited', 'waited', 'waited'), ['waited1', 'waited2']],
    ['who is waited for, before the lead of others', TWO_CORES, runs('ahead', 'waited'), ['waited1']],
    ['a lead, before the background', TWO_CORES, runs('later', 'ahead'), ['ahead1']],
    ['a new title, before the background', TWO_CORES, runs('later', 'start'), ['start1']],
    ['all of them, where there are cores enough', EIGHT_CORES, runs('later', 'waited', 'ahead'), ['waited1', 'ahead2', 'later0']],
    ['what viewers have left finishes what it has begun, before the background', TWO_CORES, runs('later', 'nobody'), ['nobody1']],
    ['copying and the background, beside each other', TWO_CORES, runs('later', 'copying'), ['copying1', 'later0']],
    ['no copying where somebody is waited for', EIGHT_CORES, runs('copying', 'waited'), ['waited1']],
    ['what fits beside them', EIGHT_CORES, runs('later', 'later', 'waited'), ['waited2', 'later0']],
  ])('%s', (_, capacity, all, expected) => {
    expect(arrangeRuns(all, capacity, 0).goOn).toEqual(expected);
  });

  test('the background never starves: it gets a slice after every half minute', () => {
    const starving = (preemptedSinceMs: number) => [...runs('waited'), { ...runs('later')[0]!, preemptedSinceMs }];
    const atSecond = (second: number) => arrangeRuns(starving(0), TWO_CORES, second * 1000);
    expect([29, 30, 34, 35, 64, 65, 69, 70].map((second) => atSecond(second).goOn.includes('later0'))).toEqual([
      false,
      true,
      true,
      false,
      false,
      true,
      true,
      false,
    ]);
    expect(atSecond(30).preempted).toEqual(['later0']);
  });
});

describe('what may be started', () => {
  test.each([
    ['anything where nothing runs', TWO_CORES, runs(), ['demand', 'lead', 'first', 'copy', 'prefetch', 'background', 'further']],
    ['all but more of the background beside it', TWO_CORES, runs('later'), ['demand', 'lead', 'first', 'copy', 'prefetch']],
    ['no second copy beside one', TWO_CORES, runs('copying'), ['demand', 'lead', 'first', 'prefetch', 'background', 'further']],
    ['another who is waited for', TWO_CORES, runs('waited'), ['demand']],
    ['nothing beside two who are waited for, on two cores', TWO_CORES, runs('waited', 'waited'), []],
    ['who is waited for beside any lead', TWO_CORES, runs('ahead', 'ahead'), ['demand']],
    ['more, where there are more cores', EIGHT_CORES, runs('waited', 'later'), ['demand', 'lead', 'first', 'prefetch']],
  ])('%s', (_, capacity, all, expected) => {
    expect(startableCauses(all, capacity, { mayRun: true, idleMs: 0 })).toEqual(expected);
  });

  test('nothing that nobody waits for, when that may not be', () => {
    expect(startableCauses([], TWO_CORES, { mayRun: false, idleMs: 60_000 })).toEqual(['demand', 'lead', 'first']);
  });

  test('one run of a new title and one of the background, when that has stood still for long, whatever else there is', () => {
    expect(startableCauses(runs('waited', 'waited'), TWO_CORES, { mayRun: true, idleMs: 30_000 })).toEqual([
      'first',
      'background',
      'further',
    ]);
    expect(startableCauses(runs('waited', 'later'), TWO_CORES, { mayRun: true, idleMs: 30_000 })).toEqual(['demand', 'first']);
    expect(startableCauses(runs('waited', 'start'), TWO_CORES, { mayRun: true, idleMs: 30_000 })).toEqual([
      'demand',
      'background',
      'further',
    ]);
  });
});
