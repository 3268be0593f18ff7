import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRange, renderContentRange } from '../../../server/http/range.ts';

describe('parseRange', () => {
  test.each([
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=2-5', { start: 2, end: 5 }],
    ['bytes=7-', { start: 7, end: 9 }],
    ['bytes=7-1000', { start: 7, end: 9 }],
    ['bytes=-3', { start: 7, end: 9 }],
    ['bytes=-1000', { start: 0, end: 9 }],
    ['BYTES=1-2', { start: 1, end: 2 }],
  ])('%s of ten bytes is one part', (header, range) => {
    expect(parseRange(header, 10)).toEqual({ kind: 'part', range });
  });

  test.each(['bytes=10-', 'bytes=10-20', 'bytes=-0'])('%s of ten bytes cannot be satisfied', (header) => {
    expect(parseRange(header, 10)).toEqual({ kind: 'unsatisfiable' });
  });

  test.each([undefined, '', 'bytes=-', 'bytes=0-1,4-5', 'bytes=5-2', 'bytes=a-b', 'items=0-1', 'bytes=0x1-2', 'bytes 0-1'])(
    '%s is ignored, and the whole is sent',
    (header) => {
      expect(parseRange(header, 10)).toEqual({ kind: 'whole' });
    },
  );

  test('no part of an empty body can be satisfied', () => {
    expect(parseRange('bytes=0-', 0)).toEqual({ kind: 'unsatisfiable' });
    expect(parseRange('bytes=-5', 0)).toEqual({ kind: 'unsatisfiable' });
  });

  test('a part always lies within the body, whatever is asked', () => {
    fc.assert(
      fc.property(fc.option(fc.nat()), fc.option(fc.nat()), fc.nat(1_000_000), (first, last, size) => {
        const decision = parseRange(`bytes=${first ?? ''}-${last ?? ''}`, size);
        if (decision.kind !== 'part') return;
        expect(decision.range.start).toBeGreaterThanOrEqual(0);
        expect(decision.range.end).toBeGreaterThanOrEqual(decision.range.start);
        expect(decision.range.end).toBeLessThan(size);
      }),
    );
  });
});

test('Content-Range says which part of how much, and only how much when there is no part', () => {
  expect(renderContentRange({ start: 2, end: 5 }, 10)).toBe('bytes 2-5/10');
  expect(renderContentRange(undefined, 10)).toBe('bytes */10');
});
