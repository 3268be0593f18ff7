import { BYTES_PER_SAMPLE, BYTES_PER_SEGMENT } from '../hls/estimate-bandwidth.ts';
import { measureBandwidth } from '../hls/measure-bandwidth.ts';
import type { CopiedRates, RenditionPlan, Timeline } from '../plan.ts';
import { segmentDurationSeconds } from '../timeline/segments.ts';

/** What copied segments will take. `sampleBytes`: the sizes of the samples of each segment. */
export function measureCopy(timeline: Timeline, rendition: RenditionPlan, sampleBytes: readonly ArrayLike<number>[]): CopiedRates {
  const segments = sampleBytes.map((sizes, segment) => ({
    durationSeconds: segmentDurationSeconds(timeline, rendition, segment),
    sizeBytes: Array.from(sizes).reduce((sum, size) => sum + size, BYTES_PER_SEGMENT + sizes.length * BYTES_PER_SAMPLE[rendition.kind]),
  }));
  const { peakBps, averageBps } = measureBandwidth(segments, timeline.targetDurationSeconds);
  return { peakBps: Math.ceil(peakBps), averageBps: Math.ceil(averageBps) };
}
