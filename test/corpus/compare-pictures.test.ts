import { describe, expect, test } from 'vitest';
import { correlation, findPictureFault, PICTURE_SIDE, type ReferenceFrame, spread } from './compare-pictures.ts';

/** Brighter to the right, from `least` on. */
const rising = (least: number) => Array.from({ length: PICTURE_SIDE ** 2 }, (_, index) => least + (index % PICTURE_SIDE) * 8);
const onItsSide = Array.from({ length: PICTURE_SIDE ** 2 }, (_, index) => Math.floor(index / PICTURE_SIDE) * 8);
const flat = Array.from({ length: PICTURE_SIDE ** 2 }, () => 90);
const reference: ReferenceFrame[] = [0, 1, 2].map((seconds) => ({ seconds, aspect: 16 / 9, luma: rising(0) }));
const shown = { seconds: 1, width: 640, height: 360 };

describe('findPictureFault', () => {
  test('takes the same picture, also where it is brighter', () => {
    expect(findPictureFault({ ...shown, luma: rising(0) }, reference)).toBeUndefined();
    expect(findPictureFault({ ...shown, luma: rising(60) }, reference)).toBeUndefined();
  });

  test('tells one that lies on its side, and a blank one', () => {
    expect(findPictureFault({ ...shown, luma: onItsSide }, reference)).toContain('another picture');
    expect(findPictureFault({ ...shown, luma: flat }, reference)).toContain('blank');
  });

  test('takes a blank one where the source is blank', () => {
    expect(findPictureFault({ ...shown, luma: flat }, [{ seconds: 0, aspect: 16 / 9, luma: flat }])).toBeUndefined();
  });

  test('looks at the source’s pictures near the place, and at the last one before it', () => {
    const change = [...reference, { seconds: 5, aspect: 16 / 9, luma: onItsSide }];
    expect(findPictureFault({ ...shown, seconds: 9, luma: onItsSide }, change)).toBeUndefined();
    expect(findPictureFault({ ...shown, seconds: 4, luma: onItsSide }, change)).toContain('another picture');
  });

  test('tells a wrong shape, but not what sizes of whole pixels make of a right one', () => {
    expect(findPictureFault({ ...shown, width: 360, height: 640, luma: rising(0) }, reference)).toContain('shape');
    expect(findPictureFault({ seconds: 1, width: 2, height: 2, luma: rising(0) }, reference)).toBeUndefined();
  });
});

test('correlation is of what is where, not of how bright', () => {
  expect(correlation(rising(0), rising(50))).toBeCloseTo(1);
  expect(correlation(rising(0), onItsSide)).toBeCloseTo(0);
  expect(correlation(rising(0), flat)).toBe(0);
  expect(spread(flat)).toBe(0);
});
