import type { Seconds } from './time.ts';

/** How loud a title's sound is along its time: what a page draws. Stored as `waveform.json`. */
export interface Waveform {
  version: 1;
  durationSeconds: Seconds;
  /** Of as many stretches of equal length: the largest sample of each, 0 to 255. */
  peaks: number[];
}

/** More than a page is wide, and a few kilobytes, however long the title is. */
const MOST_PEAKS = 1000;
const FULL_SCALE = 32_768;

export interface PeakMeter {
  /** Samples of 16 bits, in order; what comes after the title's end is left out. */
  push(samples: Int16Array): void;
  read(): Waveform;
}

export function createPeakMeter(durationSeconds: Seconds, sampleRate: number): PeakMeter {
  const sampleCount = Math.max(1, Math.ceil(durationSeconds * sampleRate));
  const peaks = new Array<number>(Math.min(MOST_PEAKS, sampleCount)).fill(0);
  let position = 0;
  return {
    push(samples) {
      for (const sample of samples) {
        const stretch = Math.floor((position * peaks.length) / sampleCount);
        position += 1;
        if (stretch < peaks.length) peaks[stretch] = Math.max(peaks[stretch] ?? 0, Math.abs(sample));
      }
    },
    read: () => ({ version: 1, durationSeconds, peaks: peaks.map((peak) => Math.min(255, Math.round((peak / FULL_SCALE) * 255))) }),
  };
}
