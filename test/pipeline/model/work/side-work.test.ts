import { expect, test } from 'vitest';
import { maySideWorkRun } from '../../../../pipeline/model/work/side-work.ts';

test.each([
  ['running', true, true],
  // What the budget is of are segments.
  ['disk', true, true],
  ['paused', false, false],
  ['quiet-hours', false, false],
  ['off', true, false],
] as const)('while the background is %s, a poster may be made: %s, a storyboard or a waveform: %s', (state, poster, decoded) => {
  expect(maySideWorkRun('poster', state)).toBe(poster);
  expect([maySideWorkRun('storyboard', state), maySideWorkRun('waveform', state)]).toEqual([decoded, decoded]);
});
