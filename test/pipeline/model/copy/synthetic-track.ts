import type { MovieTrack } from '../../../../pipeline/model/mp4/movie-track.ts';
import type { SampleTable } from '../../../../pipeline/model/mp4/sample-table.ts';
import { syntheticSps } from '../hls/audit/synthetic-sps.ts';

const FRAME_TICKS = 3_600;
/** In each group of four, decode order against presentation order: I, then P, then the two B-frames between them. */
const REORDERED = [1, 4, 2, 3];

export interface TrackOptions {
  seconds?: number;
  /** Frames from one keyframe to the next, a multiple of four. */
  gop?: number;
  sampleBytes?: number;
  sps?: Partial<Parameters<typeof syntheticSps>[0]>;
}

/** 25 frames a second of 1920x1080 at 90 kHz, the first shown at 0, with B-frames; an edit list takes their delay back. */
export function pictureTrack({ seconds = 20, gop = 24, sampleBytes = 20_000, sps = {} }: TrackOptions = {}): MovieTrack {
  const count = Math.floor((seconds * 25) / 4) * 4;
  const shown = (sample: number): number => (sample - (sample % 4) + (REORDERED[sample % 4] as number)) * FRAME_TICKS;
  const syncSamples = Array.from({ length: Math.ceil(count / gop) }, (_, keyframe) => keyframe * gop);
  return {
    timescale: 90_000,
    sampleEntry: 'avc1',
    samples: tableOf(
      Float64Array.from({ length: count }, (_, sample) => shown(sample)),
      sampleBytes,
      syncSamples,
    ),
    shiftTicks: -FRAME_TICKS,
    editStartTicks: 0,
    avc: {
      sps: [syntheticSps({ width: 1920, height: 1080, level: 40, ...sps })],
      pps: [Uint8Array.of(0x68, 1, 2)],
      profileHex: '640028',
      lengthBytes: 4,
    },
  };
}

/** 48 kHz stereo AAC-LC; an edit list hides 1,024 samples of priming. */
export function soundTrack({ seconds = 20, sampleBytes = 340 }: Pick<TrackOptions, 'seconds' | 'sampleBytes'> = {}): MovieTrack {
  const times = Float64Array.from({ length: 1 + Math.ceil((seconds * 48_000) / 1024) }, (_, packet) => packet * 1024);
  return {
    timescale: 48_000,
    sampleEntry: 'mp4a',
    samples: tableOf(times, sampleBytes, undefined),
    shiftTicks: -1024,
    editStartTicks: 0,
    editEndTicks: seconds * 48_000,
    audioSpecificConfig: Uint8Array.of(0x11, 0x90),
  };
}

function tableOf(compositionTimes: Float64Array, sampleBytes: number, syncSamples: number[] | undefined): SampleTable {
  const count = compositionTimes.length;
  return {
    count,
    compositionTimes,
    sizes: new Uint32Array(count).fill(sampleBytes),
    offsets: Float64Array.from({ length: count }, (_, sample) => sample * sampleBytes),
    syncSamples: syncSamples && Uint32Array.from(syncSamples),
  };
}
