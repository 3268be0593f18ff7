import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planDiskLevels } from '../../../../pipeline/model/work/disk-levels.ts';

const GIB = 1024 ** 3;

test.each([
  ['a small budget leaves a tenth for viewers', GIB, 0.1 * GIB],
  ['a large one half a gibibyte', 2000 * GIB, GIB / 2],
])('%s', (_, maxBytes, reserveBytes) => {
  expect(planDiskLevels(maxBytes).reserveBytes).toBe(Math.ceil(reserveBytes));
});

test('evicting stops between the budget and where the background ends', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (maxBytes) => {
      const { evictToBytes, reserveBytes } = planDiskLevels(maxBytes);
      expect(evictToBytes).toBeLessThanOrEqual(maxBytes);
      expect(evictToBytes).toBeGreaterThanOrEqual(maxBytes - reserveBytes);
      expect(Number.isInteger(evictToBytes)).toBe(true);
    }),
  );
});
