/**
 * Whole numbers from `first` to `last`, both possible, evenly spread and none twice where there are enough of them. The same
 * seed gives the same numbers on every machine (mulberry32).
 */
export function randomPlaces(count: number, first: number, last: number, seed: number): number[] {
  const random = seededRandom(seed);
  const places = new Set<number>();
  const available = last - first + 1;
  while (places.size < Math.min(count, available)) places.add(first + Math.floor(random() * available));
  return [...places];
}

function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
