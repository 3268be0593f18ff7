import { expect, test } from 'vitest';
import { type EncodeSpeeds, encodeSpeed, learnSpeed } from '../../../../pipeline/model/work/encode-speed.ts';
import { titlePlan } from '../../../conformance/fixtures.ts';
import { hevcRung } from '../hls/sample-plan.ts';

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

test('what is copied says nothing of what is encoded, nor the other way round', () => {
  const copied = { peakBps: 2_000_000, averageBps: 1_000_000 };
  const renditions = ladder.renditions.map((rendition) => (rendition.id === 'v720' ? { ...rendition, copied } : rendition));
  const copying = { ...ladder, renditions } as typeof plan;
  const known = learnSpeed(learnSpeed(NOTHING, 'film', 'v720', 400, 1), 'film', 'v180', 4, 1);
  expect(encodeSpeed(known, copying, 'v360')).toBe(1);
  expect(encodeSpeed(known, copying, 'v720')).toBe(400);
  expect(encodeSpeed(learnSpeed(NOTHING, 'film', 'v180', 4, 1), copying, 'v720')).toBeNull();
});

test('of another codec nothing is known by it', () => {
  const plan = { ...ladder, renditions: [...ladder.renditions, hevcRung()] } as typeof ladder;
  const known = learnSpeed(NOTHING, 'film', 'v360', 4, 1);
  expect(encodeSpeed(known, plan, 'v360-hevc')).toBeNull();
  expect(encodeSpeed(learnSpeed(known, 'film', 'v360-hevc', 2, 1), plan, 'v360-hevc')).toBe(2);
});

test('a larger rung is taken for slower by its pixels, a smaller one for as fast', () => {
  const known = learnSpeed(NOTHING, 'film', 'v360', 4, 1);
  expect(encodeSpeed(known, ladder, 'v720')).toBe(1);
  expect(encodeSpeed(known, ladder, 'v180')).toBe(4);
});
