import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderFrameRate } from '../../../../pipeline/model/dash/adaptation-sets.ts';
import { renderManifest } from '../../../../pipeline/model/dash/render-manifest.ts';
import { timelineRuns } from '../../../../pipeline/model/dash/segment-template.ts';
import { planMediaPlaylist } from '../../../../pipeline/model/hls/render-media-playlist.ts';
import { planMultivariant } from '../../../../pipeline/model/hls/render-multivariant.ts';
import type { RenditionPlan } from '../../../../pipeline/model/plan.ts';
import { planTimeline } from '../../../../pipeline/model/timeline/boundaries.ts';
import { segmentRange } from '../../../../pipeline/model/timeline/segments.ts';
import { audioRendition, codecsPlan, samplePlan } from '../hls/sample-plan.ts';

function golden(name: string): string {
  return readFileSync(new URL(`../../../golden/dash/${name}`, import.meta.url), 'utf8');
}

const SUBTITLES = { id: 's3', language: 'ko', isDefault: true, isForced: false, isHearingImpaired: false };

describe('the manifest of a title', () => {
  test('of two rungs, two sounds, I-frames, subtitles and captions', () => {
    const text = { tracks: [SUBTITLES], captionChannels: ['CC1' as const] };
    expect(renderManifest(samplePlan(), undefined, text)).toBe(golden('planned.mpd'));
  });

  test('of three codecs and high dynamic range has a set for each', () => {
    expect(renderManifest(codecsPlan())).toBe(golden('codecs.mpd'));
  });

  test('of sound alone has no pictures', () => {
    const manifest = renderManifest(samplePlan({ renditions: [audioRendition()] }));
    expect(manifest).not.toContain('contentType="video"');
    expect(manifest).toContain('<Representation id="a1"');
  });

  test('names a sound as it is called, whatever is in the name', () => {
    const manifest = renderManifest(samplePlan({ renditions: [audioRendition({ name: '<script>"&\u0000\ud800' })] }));
    expect(manifest).toContain('<Label>&lt;script&gt;&quot;&amp;  </Label>');
  });

  test('states the bit rates of HLS: what a picture takes with its sound is the sum', () => {
    const measured = new Map([['v540', { peakBps: 1_234_567.2, averageBps: 900_000 }]]);
    const plan = samplePlan();
    const manifest = renderManifest(plan, measured);
    const bandwidth = (id: string): number => Number(new RegExp(`id="${id}".* bandwidth="(\\d+)"`).exec(manifest)?.[1]);
    expect(bandwidth('v540')).toBe(1_234_568);
    for (const { uri, bandwidthBps } of planMultivariant(plan, measured).variants) {
      const sounds = Math.max(bandwidth('a1'), bandwidth('a2'));
      expect(Math.abs(bandwidthBps - bandwidth(uri.split('/')[0]!) - sounds)).toBeLessThanOrEqual(1);
    }
  });
});

test('its segments are those of the HLS playlists, exact in ticks, for any length and grid', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 3_000, max: 90_000 * 400 }),
      fc.constantFrom(44_100, 48_000, 22_050),
      fc.integer({ min: 0, max: 1_023 }),
      (ticks, timescale, gridOffsetSamples) => {
        const timeline = planTimeline(ticks);
        const renditions: RenditionPlan[] = [samplePlan().renditions[0]!, audioRendition({ timescale, gridOffsetSamples })];
        for (const rendition of renditions) {
          const segments = timelineRuns(timeline, rendition).flatMap(({ startTicks, durationTicks, count }) =>
            Array.from({ length: count }, (_, index) => ({
              startTicks: startTicks + index * durationTicks,
              endTicks: startTicks + (index + 1) * durationTicks,
            })),
          );
          const playlist = planMediaPlaylist(timeline, rendition).segments;
          expect(segments).toEqual(playlist.map((_, segment) => segmentRange(timeline, rendition, segment)));
          for (const [index, { durationSeconds }] of playlist.entries()) {
            const { startTicks, endTicks } = segments[index]!;
            expect(Math.abs((endTicks - startTicks) / rendition.timescale - durationSeconds)).toBeLessThanOrEqual(1e-6);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});

test.each([
  [25, '25'],
  [29.97, '30000/1001'],
  [23.976023976, '24000/1001'],
  [59.94005994, '60000/1001'],
  [12.5, '12500/1000'],
])('%d frames per second are %s', (rate, ratio) => {
  expect(renderFrameRate(rate)).toBe(ratio);
});
