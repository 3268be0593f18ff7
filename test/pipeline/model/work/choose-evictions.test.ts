import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseEvictions, type EvictionCandidate } from '../../../../pipeline/model/work/choose-evictions.ts';

function candidates(...sizes: number[]): EvictionCandidate[] {
  return sizes.map((sizeBytes, segment) => ({ titleId: 't1', renditionId: 'v360', segment, sizeBytes }));
}

const nothing = () => false;

describe('chooseEvictions', () => {
  test.each([
    ['nothing where nothing is to be freed', 0, []],
    ['nothing where there is room to spare', -5, []],
    ['one where one is enough', 10, [0]],
    ['one more where a byte is lacking', 11, [0, 1]],
    ['all where all are not enough', 1000, [0, 1, 2]],
  ])('takes %s', (_, bytesToFree, expected) => {
    const { evict, freedBytes } = chooseEvictions(candidates(10, 20, 30), nothing, bytesToFree);
    expect(evict.map(({ segment }) => segment)).toEqual(expected);
    expect(freedBytes).toBe(evict.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  });

  test('leaves what is protected and goes on behind it', () => {
    const { evict, freedBytes } = chooseEvictions(candidates(10, 20, 30), ({ segment }) => segment === 0, 15);
    expect(evict.map(({ segment }) => segment)).toEqual([1]);
    expect(freedBytes).toBe(20);
  });

  test('frees nothing where all is protected', () => {
    expect(chooseEvictions(candidates(10, 20), () => true, 5)).toEqual({ evict: [], freedBytes: 0 });
  });

  test('takes enough where there is enough, no more than needed, nothing protected, the oldest first', () => {
    const sized = fc.array(fc.record({ sizeBytes: fc.integer({ min: 0, max: 100 }), isProtected: fc.boolean() }), { maxLength: 30 });
    fc.assert(
      fc.property(sized, fc.integer({ min: 0, max: 2000 }), (items, bytesToFree) => {
        const all = items.map(({ sizeBytes, isProtected }, segment) => ({ ...candidates(sizeBytes)[0]!, segment, isProtected }));
        const free = all.filter(({ isProtected }) => !isProtected);
        const { evict, freedBytes } = chooseEvictions(all, ({ isProtected }) => isProtected, bytesToFree);
        expect(evict).toEqual(free.slice(0, evict.length));
        const withoutLast = freedBytes - (evict.at(-1)?.sizeBytes ?? 0);
        expect(evict.length === 0 || withoutLast < bytesToFree).toBe(true);
        expect(freedBytes >= bytesToFree || evict.length === free.length).toBe(true);
      }),
    );
  });
});
