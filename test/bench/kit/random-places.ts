import { createSeededRandom } from '../../e2e/crash/seeded-random.ts';

/**
 * Whole numbers from `first` to `last`, both possible, evenly spread and none twice where there are enough of them. The same
 * seed gives the same numbers on every machine (mulberry32).
 */
export function randomPlaces(count: number, first: number, last: number, seed: number): number[] {
  const random = createSeededRandom(seed);
  const places = new Set<number>();
  const available = last - first + 1;
  while (places.size < Math.min(count, available)) places.add(first + random.below(available));
  return [...places];
}
