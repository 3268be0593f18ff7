import { expect, test } from 'vitest';
import { waveformPath } from '../../../client/src/watch/waveform-strip.ts';

test('the loudest place fills the height, unless all is quiet', () => {
  expect(waveformPath([64, 32])).toBe('M0 0L0.5 -1.00L1.5 -0.50L2 0L1.5 0.50L0.5 1.00Z');
  expect(waveformPath([8])).toBe('M0 0L0.5 -0.25L1 0L0.5 0.25Z');
});

test('a waveform is drawn above and below its line, and silence as a line', () => {
  expect(waveformPath([255, 0])).toBe('M0 0L0.5 -1.00L1.5 -0.01L2 0L1.5 0.01L0.5 1.00Z');
});
