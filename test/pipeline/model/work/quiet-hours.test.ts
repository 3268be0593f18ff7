import { expect, test } from 'vitest';
import { isQuiet, parseQuietHours } from '../../../../pipeline/model/work/quiet-hours.ts';

test.each(['', '8-23', '08:00', '24:00-01:00', '08:60-09:00', '08:00-08:00', '08:00–23:00'])('%j is no hours', (text) => {
  expect(parseQuietHours(text)).toBeUndefined();
});

test.each([
  ['08:00-23:00', [7, 8, 22, 23], [false, true, true, false]],
  ['22:00-07:00', [21, 22, 0, 6, 7], [false, true, true, true, false]],
])('%s is quiet from its first minute up to its last hour', (text, hours, expected) => {
  expect(hours.map((hour) => isQuiet(parseQuietHours(text)!, hour * 60))).toEqual(expected);
});
