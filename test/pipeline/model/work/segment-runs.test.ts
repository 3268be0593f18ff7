import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasSegment, segmentRuns, withoutSegment, withSegment } from '../../../../pipeline/model/work/segment-runs.ts';

const segments = fc.uniqueArray(fc.nat(40)).map((list) => list.sort((a, b) => a - b));

test('runs name exactly the segments they were made of', () => {
  expect(segmentRuns([0, 1, 2, 5, 7, 8])).toEqual([
    [0, 3],
    [5, 6],
    [7, 9],
  ]);
  fc.assert(
    fc.property(segments, (list) => {
      const runs = segmentRuns(list);
      expect(Array.from({ length: 42 }, (_, n) => n).filter((n) => hasSegment(runs, n))).toEqual(list);
    }),
  );
});

test('a segment that comes or goes leaves what all segments together would be', () => {
  fc.assert(
    fc.property(segments, fc.nat(40), (list, segment) => {
      const others = list.filter((n) => n !== segment);
      const all = [...others, segment].sort((a, b) => a - b);
      expect(withSegment(segmentRuns(list), segment)).toEqual(segmentRuns(all));
      expect(withoutSegment(segmentRuns(list), segment)).toEqual(segmentRuns(others));
    }),
  );
});
