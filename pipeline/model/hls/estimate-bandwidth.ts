import type { RenditionPlan, Timeline } from '../plan.ts';
import type { Seconds } from '../time.ts';
import type { MeasuredBandwidth } from './measure-bandwidth.ts';

/** moof, mdat and styp around the samples of one segment. */
export const BYTES_PER_SEGMENT = 128;
/** A sample's entry in trun: duration, size, flags and, for video, a composition offset. */
export const BYTES_PER_SAMPLE = { video: 16, iframe: 12, audio: 12 };

/** What was measured of a rendition, or else what it may take. */
export function knownBandwidth(
  rendition: RenditionPlan,
  { targetDurationSeconds }: Pick<Timeline, 'targetDurationSeconds'>,
  measured: ReadonlyMap<string, MeasuredBandwidth> | undefined,
): MeasuredBandwidth {
  return measured?.get(rendition.id) ?? estimateBandwidth(rendition, targetDurationSeconds);
}

/**
 * What a rendition may take, before its segments exist to be measured. Over L seconds a capped encoder emits at most
 * maxrate · L plus its whole buffer; its average is the cap at most.
 */
export function estimateBandwidth(rendition: RenditionPlan, segmentSeconds: Seconds): MeasuredBandwidth {
  if (rendition.kind !== 'iframe' && rendition.copied) return rendition.copied;
  const overheadBps =
    8 * (BYTES_PER_SEGMENT / segmentSeconds + BYTES_PER_SAMPLE[rendition.kind] * samplesPerSecond(rendition, segmentSeconds));
  if (rendition.kind === 'audio') {
    return { peakBps: rendition.bitrateBps + overheadBps, averageBps: rendition.bitrateBps + overheadBps };
  }
  return {
    peakBps: (rendition.maxrateBps * segmentSeconds + rendition.bufsizeBits) / segmentSeconds + overheadBps,
    averageBps: rendition.maxrateBps + overheadBps,
  };
}

function samplesPerSecond(rendition: RenditionPlan, segmentSeconds: Seconds): number {
  switch (rendition.kind) {
    case 'video':
      return rendition.frameRate;
    case 'iframe':
      return 1 / segmentSeconds;
    case 'audio':
      return rendition.timescale / rendition.frameSamples;
  }
}
