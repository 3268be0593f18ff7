import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planMediaPlaylist, renderMediaPlaylist } from '../../../../pipeline/model/hls/render-media-playlist.ts';
import type { RenditionPlan } from '../../../../pipeline/model/plan.ts';
import { planTimeline } from '../../../../pipeline/model/timeline/boundaries.ts';
import { boundaryTicks } from '../../../../pipeline/model/timeline/segments.ts';
import { golden } from './golden.ts';
import { audioRendition, samplePlan, videoRendition } from './sample-plan.ts';

const plan = samplePlan();
const rendition = (id: string): RenditionPlan => plan.renditions.find((candidate) => candidate.id === id) as RenditionPlan;

describe('renderMediaPlaylist', () => {
  test('a closed timeline is the complete VOD playlist', () => {
    expect(renderMediaPlaylist(plan, rendition('v540'))).toBe(golden('vod-video.m3u8'));
    expect(renderMediaPlaylist(plan, rendition('a2'))).toBe(golden('vod-audio-44100.m3u8'));
  });

  test('a timeline that has not ended is an EVENT playlist without ENDLIST', () => {
    const timeline = { ...plan.timeline, boundaries: plan.timeline.boundaries.slice(0, 4), ended: false };
    expect(renderMediaPlaylist({ timeline }, rendition('v540'))).toBe(golden('event-video.m3u8'));
  });

  test('over ten hours, every run of EXTINFs is within two microseconds of the media', () => {
    const timeline = planTimeline(10 * 3600 * 90_000 + 12_345);
    for (const candidate of [videoRendition(), audioRendition(), audioRendition({ timescale: 44_100 })]) {
      let errorSeconds = 0;
      let [least, most] = [0, 0];
      let written = 0n;
      planMediaPlaylist(timeline, candidate).segments.forEach((segment, index) => {
        written += BigInt(Math.round(segment.durationSeconds * 1e6));
        errorSeconds = Number(written) / 1e6 - boundaryTicks(timeline, candidate, index + 1) / candidate.timescale;
        [least, most] = [Math.min(least, errorSeconds), Math.max(most, errorSeconds)];
      });
      expect(most - least).toBeLessThan(2e-6);
    }
  });

  test('no rounded video EXTINF exceeds the target duration, however long the title', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90_000 * 60 }), (endTicks) => {
        const { segments, targetDurationSeconds } = planMediaPlaylist(planTimeline(endTicks), videoRendition());
        return segments.every((segment) => Math.round(segment.durationSeconds) <= targetDurationSeconds);
      }),
    );
  });
});
