import { expect, test } from 'vitest';
import { waveformPath } from '../../../client/src/watch/waveform-strip.ts';

test('a waveform is drawn above and below its line, and silence as a line', () => {
  expect(waveformPath([255, 0])).toBe('M0 0L0.5 -1.00L1.5 -0.01L2 0L1.5 0.01L0.5 1.00Z');
});
