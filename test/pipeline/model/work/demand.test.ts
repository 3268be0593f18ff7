import { describe, expect, test } from 'vitest';
import { type Demand, forgetIdle, isWatched, NO_DEMAND, noteDemand } from '../../../../pipeline/model/work/demand.ts';

const clock = (nowMs: number) => ({ nowMs, doubtMs: 5_000 });
const at = (segment: number, state: 'asked' | 'waiting' | 'answered' | 'left' = 'asked', renditionId = 'v360') => ({
  ...{ titleId: 'film', renditionId, segment, state },
});
const demandOf = (...news: ReturnType<typeof at>[]): Demand =>
  news.reduce((demand, each, index) => noteDemand(demand, each, clock(index)), NO_DEMAND);
const places = ({ heads }: Demand) => heads.map(({ renditionId, segment }) => `${renditionId} ${segment}`);

describe('a play head', () => {
  test('moves with the requests of a viewer, and is one for several at the same place', () => {
    expect(places(demandOf(at(3), at(4), at(5), at(4)))).toEqual(['v360 4']);
  });

  test('is another one far away, and on another rendition', () => {
    expect(places(demandOf(at(3), at(90), at(3, 'asked', 'a1')))).toEqual(['a1 3', 'v360 90', 'v360 3']);
  });

  test('is forgotten when nothing was asked for long enough, unless somebody waits there', () => {
    const demand = demandOf(at(3), at(90, 'waiting'));
    expect(places(forgetIdle(demand, 1_000, 1_000))).toEqual(['v360 90']);
    expect(places(forgetIdle(demand, 999, 1_000))).toEqual(['v360 90', 'v360 3']);
    expect(places(forgetIdle(noteDemand(demand, at(90, 'answered'), clock(5)), 1_005, 1_000))).toEqual([]);
  });

  test('is doubted when somebody goes on from there on another rung, and forgotten unless it is asked again', () => {
    const switched = demandOf(at(3), at(4, 'asked', 'a1'), at(4, 'asked', 'v720'));
    expect(places(forgetIdle(switched, 5_001, 60_000))).toEqual(['v720 4', 'a1 4', 'v360 3']);
    expect(places(forgetIdle(switched, 5_002, 60_000))).toEqual(['v720 4', 'a1 4']);
    expect(places(forgetIdle(noteDemand(switched, at(5), clock(4_000)), 5_002, 60_000))).toContain('v360 5');
    expect(places(forgetIdle(demandOf(at(3), at(90, 'asked', 'v720')), 5_002, 60_000))).toHaveLength(2);
  });

  test('is kept for so many places only, the latest', () => {
    const demand = demandOf(...Array.from({ length: 600 }, (_, n) => at(n * 10)));
    expect(demand.heads).toHaveLength(512);
    expect(demand.heads[0]?.segment).toBe(5990);
  });

  test('marks what lies around it as watched', () => {
    const demand = demandOf(at(10));
    const watched = Array.from({ length: 20 }, (_, segment) => segment).filter((segment) => {
      return isWatched(demand, { titleId: 'film', renditionId: 'v360', segment }, 2);
    });
    expect(watched).toEqual([8, 9, 10, 11, 12]);
    expect(isWatched(demand, { titleId: 'film', renditionId: 'a1', segment: 10 }, 2)).toBe(false);
  });
});

test('who was answered, even that it is not there yet, was here until then', () => {
  const demand = noteDemand(demandOf(at(7, 'waiting')), at(7, 'answered'), clock(20_000));
  expect(places(forgetIdle(demand, 39_999, 20_000))).toEqual(['v360 7']);
});

test('a wait lasts until the last who waits is answered, and counts from the first', () => {
  const both = demandOf(at(7, 'waiting'), at(7, 'waiting'));
  expect(both.waits).toEqual([{ titleId: 'film', renditionId: 'v360', segment: 7, sinceMs: 0, viewers: 2 }]);
  const one = noteDemand(both, at(7, 'answered'), clock(9));
  expect(one.waits).toMatchObject([{ sinceMs: 0, viewers: 1 }]);
  expect(noteDemand(one, at(7, 'answered'), clock(9)).waits).toEqual([]);
});

test('who gives up waiting is nowhere any more, but others who wait there are', () => {
  expect(demandOf(at(7, 'waiting'), at(7, 'left'))).toEqual({ heads: [], waits: [] });
  const both = demandOf(at(7, 'waiting'), at(7, 'waiting'), at(7, 'left'));
  expect(both.waits).toMatchObject([{ viewers: 1 }]);
  expect(places(both)).toEqual(['v360 7']);
});
