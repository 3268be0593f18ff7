import type { Seconds } from '../time.ts';

/** What BANDWIDTH and AVERAGE-BANDWIDTH are made from, for one media playlist. */
export interface MeasuredBandwidth {
  peakBps: number;
  averageBps: number;
}

export interface SegmentSize {
  durationSeconds: Seconds;
  sizeBytes: number;
}

/**
 * The peak segment bit rate is "the largest bit rate of any contiguous set of segments whose total duration is between
 * 0.5 and 1.5 times the target duration", the average is all bits over all time (rfc8216bis 4.1). Media that is shorter
 * than half its target duration has no such set: its peak is its average.
 */
export function measureBandwidth(segments: readonly SegmentSize[], targetDurationSeconds: Seconds): MeasuredBandwidth {
  const averageBps = bitRate(
    segments.reduce((sum, segment) => sum + segment.sizeBytes, 0),
    segments.reduce((sum, segment) => sum + segment.durationSeconds, 0),
  );
  let peakBps = averageBps;
  for (let first = 0; first < segments.length; first++) {
    let bytes = 0;
    let seconds: Seconds = 0;
    for (let last = first; last < segments.length; last++) {
      const segment = segments[last] as SegmentSize;
      bytes += segment.sizeBytes;
      seconds += segment.durationSeconds;
      if (seconds > 1.5 * targetDurationSeconds + ROUNDING) break;
      if (seconds >= 0.5 * targetDurationSeconds - ROUNDING) peakBps = Math.max(peakBps, bitRate(bytes, seconds));
    }
  }
  return { peakBps, averageBps };
}

/** EXTINFs are decimal: a run of exactly half or one and a half target durations counts, whatever its sum in binary. */
const ROUNDING: Seconds = 1e-6;

function bitRate(bytes: number, seconds: Seconds): number {
  return seconds > 0 ? (bytes * 8) / seconds : 0;
}
