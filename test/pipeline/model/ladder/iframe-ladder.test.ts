import { describe, expect, test } from 'vitest';
import { planIframeRenditions } from '../../../../pipeline/model/ladder/iframe-ladder.ts';
import { DEFAULT_LADDER } from '../../../../pipeline/model/ladder/ladder-settings.ts';
import { videoStream } from '../sample-video.ts';

describe('the I-frames of a picture', () => {
  test.each([
    ['a large one', { width: 3840, height: 2160 }, 'i360', 640, 360],
    ['one that stands upright', { width: 1920, height: 1080, rotationDegrees: 90 as const }, 'i360', 360, 640],
    ['a scope film', { width: 1920, height: 800 }, 'i266', 640, 266],
    ['a small one, at its own size', { width: 176, height: 144 }, 'i144', 176, 144],
  ])('of %s are small, in its shape', (_, size, id, width, height) => {
    expect(planIframeRenditions(videoStream(size), DEFAULT_LADDER)).toMatchObject([{ id, kind: 'iframe', width, height }]);
  });

  test('take a part of what a rung of their size may spend', () => {
    const [iframes] = planIframeRenditions(videoStream(), DEFAULT_LADDER);
    expect(iframes?.maxrateBps).toBeGreaterThan(100_000);
    expect(iframes?.maxrateBps).toBeLessThan(300_000);
  });
});
