import { expect, test } from 'vitest';
import { parseRangeSet } from '../../../server/http/range-set.ts';

test.each([
  // RFC 9110 14.1.2's own examples, of 10,000 bytes.
  ['bytes=0-499', [[0, 499]]],
  ['bytes=500-999', [[500, 999]]],
  ['bytes=-500', [[9500, 9999]]],
  ['bytes=9500-', [[9500, 9999]]],
  [
    'bytes=0-0,-1',
    [
      [0, 0],
      [9999, 9999],
    ],
  ],
  [
    'bytes= 0-999, 4500-5499, -1000',
    [
      [0, 999],
      [4500, 5499],
      [9000, 9999],
    ],
  ],
  [
    'bytes=500-600,601-999',
    [
      [500, 600],
      [601, 999],
    ],
  ],
  ['BYTES=0-1', [[0, 1]]],
  [
    'bytes=,0-1,,2-3,',
    [
      [0, 1],
      [2, 3],
    ],
  ],
  // What cannot be served is left out beside what can.
  ['bytes=10000-,0-1', [[0, 1]]],
  ['bytes=9999-20000', [[9999, 9999]]],
])('%s is %j', (header, ranges) => {
  expect(parseRangeSet(header, 10_000)).toEqual({ kind: 'parts', ranges: ranges.map(([start, end]) => ({ start, end })) });
});

test.each([
  [undefined],
  ['bytes='],
  ['bytes=-'],
  ['bytes=5-4'],
  ['bytes=0-1,5-4'],
  ['bytes=0-1;2-3'],
  ['seconds=0-1'],
  // More than all there is, and more pieces than anybody needs.
  ['bytes=0-,0-'],
  [`bytes=${Array.from({ length: 33 }, (_, index) => `${index}-${index}`).join(',')}`],
])('%s is answered with the whole', (header) => {
  expect(parseRangeSet(header, 10_000)).toEqual({ kind: 'whole' });
});

test.each([['bytes=10000-'], ['bytes=-0'], ['bytes=10000-10001,20000-']])('%s cannot be served', (header) => {
  expect(parseRangeSet(header, 10_000)).toEqual({ kind: 'unsatisfiable' });
});
