import { describe, expect, test } from 'vitest';
import { isNotModified, isRangeApplicable } from '../../../server/http/conditional.ts';
import { bytesEtag, fileEtag, textEtag } from '../../../server/http/etag.ts';

describe('isNotModified', () => {
  test.each([
    ['"a"', '"a"', true],
    ['W/"a"', '"a"', true],
    ['"a"', 'W/"a"', true],
    ['"b", "a"', '"a"', true],
    ['"b", W/"a", "c"', 'W/"a"', true],
    ['*', '"a"', true],
    ['"b"', '"a"', false],
    ['a', '"a"', false],
    ['', '"a"', false],
    [undefined, '"a"', false],
  ])('If-None-Match %s against %s is %s', (header, etag, expected) => {
    expect(isNotModified(header, etag)).toBe(expected);
  });
});

describe('isRangeApplicable', () => {
  test.each([
    [undefined, '"a"', true],
    ['"a"', '"a"', true],
    ['"b"', '"a"', false],
    ['W/"a"', '"a"', false],
    ['W/"a"', 'W/"a"', false],
    ['Sat, 21 Nov 2026 00:00:00 GMT', '"a"', false],
  ])('If-Range %s against %s is %s', (header, etag, expected) => {
    expect(isRangeApplicable(header, etag)).toBe(expected);
  });
});

describe('entity tags', () => {
  test('a file that was written anew has another one', () => {
    const first = fileEtag({ sizeBytes: 10, modifiedAtMs: 1_700_000_000_000.25 });
    expect(first).toMatch(/^"[0-9a-z]+-[0-9a-z]+"$/);
    expect(fileEtag({ sizeBytes: 10, modifiedAtMs: 1_700_000_000_001 })).not.toBe(first);
    expect(fileEtag({ sizeBytes: 11, modifiedAtMs: 1_700_000_000_000 })).not.toBe(first);
  });

  test('a text has a weak one, bytes a strong one, and both follow the content', () => {
    expect(textEtag('a')).toMatch(/^W\/"[\w-]{22}"$/);
    expect(textEtag('a')).not.toBe(textEtag('b'));
    expect(bytesEtag(new Uint8Array([1]))).toMatch(/^"[\w-]{22}"$/);
    expect(bytesEtag(new Uint8Array([1]))).not.toBe(bytesEtag(new Uint8Array([2])));
  });
});
