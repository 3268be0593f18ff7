import { describe, expect, test } from 'vitest';
import { planStoryboard, renderStoryboard, sheetCount } from '../../../pipeline/model/storyboard.ts';

const HD = { width: 1920, height: 1080, sampleAspectRatio: { num: 1, den: 1 }, rotationDegrees: 0 } as const;
const seconds = (count: number): number => count * 90_000;

describe('a storyboard', () => {
  test.each([
    ['a frame', 0.04, 1],
    ['a minute', 60, 30],
    ['ten minutes', 600, 300],
    ['two hours', 7200, 400],
    ['a week', 604_800, 400],
  ])('of %s has a bounded number of thumbnails and covers all of it', (_, duration, count) => {
    const storyboard = planStoryboard(HD, seconds(duration));
    expect(storyboard.thumbnailCount).toBe(count);
    expect(storyboard.thumbnailCount * storyboard.intervalTicks).toBeGreaterThanOrEqual(seconds(duration));
    expect(storyboard.columns * storyboard.rows).toBeLessThanOrEqual(50);
    expect(sheetCount(storyboard)).toBe(Math.ceil(count / (storyboard.columns * storyboard.rows)));
  });

  test.each([
    ['a wide film', HD, { width: 192, height: 108 }],
    ['a phone held upright', { ...HD, rotationDegrees: 90 } as const, { width: 108, height: 192 }],
    ['wide pixels', { ...HD, width: 720, height: 576, sampleAspectRatio: { num: 64, den: 45 } }, { width: 192, height: 108 }],
    ['a strip', { ...HD, width: 10_000, height: 10 }, { width: 192, height: 2 }],
  ])('of %s has its shape', (_, video, size) => {
    expect(planStoryboard(video, seconds(10)).thumbnail).toEqual(size);
  });

  test('says of each stretch of time where its thumbnail is', () => {
    expect(renderStoryboard(planStoryboard(HD, seconds(5)))).toBe(
      [
        'WEBVTT\n',
        '00:00:00.000 --> 00:00:02.000\nstoryboard-0.jpg#xywh=0,0,192,108\n',
        '00:00:02.000 --> 00:00:04.000\nstoryboard-0.jpg#xywh=192,0,192,108\n',
        '00:00:04.000 --> 00:00:05.000\nstoryboard-0.jpg#xywh=384,0,192,108\n',
      ].join('\n'),
    );
  });

  test('goes on in the next row and on the next sheet', () => {
    const cues = renderStoryboard(planStoryboard(HD, seconds(110))).split('\n\n');
    expect(cues[11]).toContain('00:00:20.000 --> 00:00:22.000\nstoryboard-0.jpg#xywh=0,108,192,108');
    expect(cues[51]).toContain('00:01:40.000 --> 00:01:42.000\nstoryboard-1.jpg#xywh=0,0,192,108');
  });
});
