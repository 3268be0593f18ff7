import { describe, expect, test } from 'vitest';
import { chooseGain, withGain } from '../../../../pipeline/model/ladder/loudness.ts';
import { audioRendition } from '../hls/sample-plan.ts';

describe('the gain of a track', () => {
  test.each([
    ['brings a quiet one to the target', { integratedLufs: -30, truePeak: 0.1 }, 14],
    ['brings a loud one down', { integratedLufs: -8, truePeak: 1.2 }, -8],
    ['keeps the true peak at -1 dB', { integratedLufs: -30, truePeak: 0.5 }, 20 * Math.log10(2) - 1],
    ['makes no noise of what is hardly there', { integratedLufs: -60, truePeak: 0.001 }, 20],
    ['is none for silence', { integratedLufs: -70, truePeak: 0 }, 0],
  ])('%s', (_, loudness, gainDb) => {
    expect(chooseGain(loudness, -16)).toBeCloseTo(gainDb, 6);
  });
});

test('a rendition gets its gain by its mix, stereo by one of its own', () => {
  expect(withGain(audioRendition(), 20 * Math.log10(2)).mix).toEqual({
    inputLayout: 'stereo',
    gains: [
      [2, 0],
      [0, 2],
    ],
  });
  const mono = audioRendition({ mix: { inputLayout: 'mono', gains: [[1], [1]] } });
  expect(withGain(mono, -20).mix).toEqual({ inputLayout: 'mono', gains: [[0.1], [0.1]] });
});
