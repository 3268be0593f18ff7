import type { MovieTrack } from '../mp4/movie-track.ts';
import { rescale, type Ticks, VIDEO_TIMESCALE } from '../time.ts';

/** When the samples of a picture are shown, in decode order: title time, 90 kHz, rounded as ffmpeg rounds what is encoded. */
export function pictureTicks({ samples, shiftTicks, timescale }: MovieTrack, originTicks: Ticks): Float64Array {
  return samples.compositionTimes.map((time) => rescale(time + shiftTicks, timescale, VIDEO_TIMESCALE) - originTicks);
}

/**
 * Of the samples that say so, those that a segment can start with: everything decoded before is shown before, and everything after
 * it after. Ascending indexes; open GOPs have none but the first.
 */
export function cleanKeyframes({ samples }: MovieTrack, ticks: Float64Array): number[] {
  const smallestBehind = new Float64Array(ticks.length + 1).fill(Number.POSITIVE_INFINITY);
  for (let index = ticks.length - 1; index >= 0; index--) {
    smallestBehind[index] = Math.min(ticks[index] as number, smallestBehind[index + 1] as number);
  }
  const clean: number[] = [];
  let [largestBefore, sample] = [Number.NEGATIVE_INFINITY, 0];
  for (const keyframe of samples.syncSamples ?? []) {
    for (; sample < keyframe && sample < ticks.length; sample++) largestBefore = Math.max(largestBefore, ticks[sample] as number);
    const own = ticks[keyframe];
    if (own !== undefined && largestBefore < own && smallestBehind[keyframe] === own) clean.push(keyframe);
  }
  return clean;
}

/** Where each segment begins in the samples, and the end of the last; undefined where one has no sample. `ticks` as pictureTicks. */
export function segmentSamples(ticks: Float64Array, boundaries: readonly Ticks[]): number[] {
  const starts: number[] = [];
  let sample = 0;
  for (const boundary of boundaries.slice(0, -1)) {
    while (sample < ticks.length && (ticks[sample] as number) < boundary) sample++;
    starts.push(sample);
  }
  return [...starts, ticks.length];
}
