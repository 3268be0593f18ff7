import { expect, test } from 'vitest';
import { renderMultivariant } from '../../../pipeline/model/hls/render-multivariant.ts';
import { areDispensable, leavingOut, offeredPlan } from '../../../pipeline/model/offered-plan.ts';
import { titleRecord } from '../../conformance/fixtures.ts';
import { audioRendition, iframeRendition, samplePlan, smallRung } from './hls/sample-plan.ts';
import { videoStream } from './sample-video.ts';

test('a title offers all of its plan but what it does without', () => {
  const plan = samplePlan();
  const offered = offeredPlan(plan, { leftOut: ['i360'] });
  expect(offered.renditions.map(({ id }) => id)).toEqual(['v540', 'v360', 'a1', 'a2']);
  expect(renderMultivariant(plan)).toContain('#EXT-X-I-FRAME-STREAM-INF');
  expect(renderMultivariant(offered)).not.toContain('#EXT-X-I-FRAME-STREAM-INF');
  expect(offeredPlan(plan, {})).toBe(plan);
});

test('it can do without its I-frames, and nothing else', () => {
  expect(areDispensable([iframeRendition()])).toBe(true);
  expect(areDispensable([iframeRendition(), smallRung()])).toBe(false);
  expect(areDispensable([audioRendition()])).toBe(false);
  expect(areDispensable([])).toBe(false);
});

test('what it does without is in its report, once', () => {
  const sourceInfo = { formatNames: ['mp4'], sizeBytes: 1, video: videoStream({ index: 3 }), audio: [], others: [], tags: {} };
  const once = leavingOut(titleRecord('film', { sourceInfo }), ['i360']);
  expect(once.report).toMatchObject([{ streamIndex: 3, outcome: 'not-carried', codes: ['without-iframes'] }]);
  expect(leavingOut(once, ['i360', 'i360-r1'])).toEqual({ ...once, leftOut: ['i360', 'i360-r1'] });
});
