import { expect, test } from 'vitest';
import { type EncodeSpeeds, encodeSpeed, learnSpeed } from '../../../../pipeline/model/work/encode-speed.ts';
import { titlePlan } from '../../../conformance/fixtures.ts';

const NOTHING: EncodeSpeeds = new Map();
const plan = titlePlan('film');
const [v360] = plan.renditions;
const ladder = {
  ...plan,
  renditions: [{ ...v360!, id: 'v720', width: 1280, height: 720 }, { ...v360!, id: 'v180', width: 320, height: 180 }, ...plan.renditions],
} as typeof plan;

test('of what was never measured nothing is known, nor of sound', () => {
  expect(encodeSpeed(NOTHING, ladder, 'v360')).toBeNull();
  expect(encodeSpeed(learnSpeed(NOTHING, 'film', 'v360', 4, 1), ladder, 'a1')).toBeNull();
  expect(encodeSpeed(learnSpeed(NOTHING, 'other', 'v360', 4, 1), ladder, 'v360')).toBeNull();
});

test('a rung is as fast as it was, the latest counting most', () => {
  const once = learnSpeed(NOTHING, 'film', 'v360', 4, 1);
  expect(encodeSpeed(once, ladder, 'v360')).toBe(4);
  expect(encodeSpeed(learnSpeed(once, 'film', 'v360', 4, 4), ladder, 'v360')).toBeCloseTo(2.8);
});

test('a larger rung is taken for slower by its pixels, a smaller one for as fast', () => {
  const known = learnSpeed(NOTHING, 'film', 'v360', 4, 1);
  expect(encodeSpeed(known, ladder, 'v720')).toBe(1);
  expect(encodeSpeed(known, ladder, 'v180')).toBe(4);
});
