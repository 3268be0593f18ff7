import { describe, expect, test } from 'vitest';
import { planStereoMix, planSurroundMix } from '../../../../pipeline/model/ladder/channel-mix.ts';

const EVERY_LAYOUT = [
  ['mono', 1],
  ['2.1', 3],
  ['3.0', 3],
  ['quad', 4],
  ['5.0(side)', 5],
  ['5.1', 6],
  ['5.1(side)', 6],
  ['hexagonal', 6],
  ['6.1', 7],
  ['6.1(front)', 7],
  ['7.1', 8],
  ['7.1(wide)', 8],
  ['octagonal', 8],
] as const;

function sums(gains: readonly number[][] | undefined): number[] {
  return (gains ?? []).map((row) => row.reduce((sum, gain) => sum + gain, 0));
}

describe('a stereo mix', () => {
  test('of 5.1 has centre and surrounds at -3 dB of the front, all by one factor, and no LFE', () => {
    expect(planStereoMix(6, '5.1(side)')).toEqual({
      inputLayout: '5.1(side)',
      gains: [
        [0.4142, 0, 0.2928, 0, 0.2928, 0],
        [0, 0.4142, 0.2928, 0, 0, 0.2928],
      ],
    });
  });

  test.each(EVERY_LAYOUT)('of %s never clips, and is as loud on both sides', (layout, channels) => {
    const [left = 0, right = 0] = sums(planStereoMix(channels, layout)?.gains);
    expect(left).toBeLessThanOrEqual(1);
    expect(left).toBeGreaterThan(0.999);
    expect(right).toBeCloseTo(left, 6);
  });

  test('of one channel is that channel on both sides, as loud as it was', () => {
    expect(planStereoMix(1, undefined)).toEqual({ inputLayout: 'mono', gains: [[1], [1]] });
  });

  test('of stereo is none', () => {
    expect(planStereoMix(2, 'stereo')).toBeUndefined();
    expect(planStereoMix(2, undefined)).toBeUndefined();
  });

  test('of channels that nobody names takes them for the usual ones, and more than eight by turns', () => {
    expect(planStereoMix(6, 'unknown')?.inputLayout).toBe('5.1');
    expect(planStereoMix(6, '7.1')?.inputLayout).toBe('5.1');
    const { inputLayout, gains } = planStereoMix(22, '22 channels')!;
    expect(inputLayout).toBe('22c');
    expect(gains[0]?.filter((gain) => gain > 0)).toHaveLength(11);
    expect(sums(gains)[0]).toBeLessThanOrEqual(1);
  });
});

describe('a 5.1 mix', () => {
  test('of 5.1 takes every channel as it is, whatever its surrounds are called', () => {
    const unity = [0, 1, 2, 3, 4, 5].map((row) => [0, 1, 2, 3, 4, 5].map((column) => (row === column ? 1 : 0)));
    expect(planSurroundMix(6, '5.1')?.gains).toEqual(unity);
    expect(planSurroundMix(6, '5.1(side)')).toEqual({ inputLayout: '5.1(side)', gains: unity });
  });

  test('of 7.1 adds back and side, without clipping', () => {
    const gains = planSurroundMix(8, '7.1')!.gains;
    expect(gains[4]).toEqual([0, 0, 0, 0, 0.5, 0, 0.5, 0]);
    expect(gains[2]).toEqual([0, 0, 0.5, 0, 0, 0, 0, 0]);
    expect(Math.max(...sums(gains))).toBeLessThanOrEqual(1);
  });

  test.each([
    ['stereo', 2],
    ['5.0', 5],
    ['6.1(front)', 7],
    ['octagonal', 8],
    [undefined, 6],
  ])('of %s is none', (layout, channels) => {
    expect(planSurroundMix(channels, layout)).toBeUndefined();
  });
});
