/** The same numbers for the same seed (mulberry32), so that a run can be repeated. */
export interface SeededRandom {
  /** [0, 1) */
  next(): number;
  /** A whole number in [0, end). */
  below(end: number): number;
  /** Throws for an empty list. */
  pick<Item>(items: readonly Item[]): Item;
}

export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number): number => Math.floor(next() * end);
  return {
    next,
    below,
    pick(items) {
      if (items.length === 0) throw new RangeError('There is nothing to pick from');
      return items[below(items.length)] as (typeof items)[number];
    },
  };
}
