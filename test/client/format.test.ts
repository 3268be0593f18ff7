import { describe, expect, test } from 'vitest';
import { formatBitrate, formatBytes, formatDuration, formatDurationWords, formatPercent, rungName } from '../../client/src/format.ts';

describe('formatDuration', () => {
  test.each([
    [0, '0:00'],
    [4.4, '0:04'],
    [59.6, '1:00'],
    [185, '3:05'],
    [3599.7, '1:00:00'],
    [6127, '1:42:07'],
    [null, '–'],
    [Number.NaN, '–'],
  ])('%s s reads %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

test('durations in words name the two largest units', () => {
  expect([6127, 185, 9].map(formatDurationWords)).toEqual(['1 h 42 min', '3 min 5 s', '9 s']);
});

test('sizes and bit rates are decimal and never show four digits before the point', () => {
  expect([0, 999, 999_499, 999_500, 4_200_000_000, 123_400_000].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '999 kB',
    '1.0 MB',
    '4.2 GB',
    '123 MB',
  ]);
  expect([800_800, 2_890_800].map(formatBitrate)).toEqual(['801 kb/s', '2.9 Mb/s']);
});

test('100 % is said only when nothing is missing', () => {
  expect([0, 0.009, 0.9999, 1, 1.2, -1].map(formatPercent)).toEqual(['0 %', '0 %', '99 %', '100 %', '100 %', '0 %']);
});

test('a rung is named by its shorter side, portrait pictures too', () => {
  expect([{ width: 1920, height: 1080 }, { width: 608, height: 1080 }, { height: 360 }, { width: 0, height: 0 }, {}].map(rungName)).toEqual(
    ['1080p', '608p', '360p', '–', '–'],
  );
});
