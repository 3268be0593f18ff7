import { isAv1KeyFrame } from '../../mp4/av1-configuration.ts';
import { BoxError, readBoxes, requireBox, viewOf } from '../../mp4/box.ts';
import { type Fragment, parseFragments, presentationTimes, type Sample } from '../../mp4/fragment.ts';
import { nalType } from '../../mp4/hevc-configuration.ts';
import type { Ticks } from '../../time.ts';
import type { InitFacts } from './init-facts.ts';

/** A segment reduced to what the rules look at, a few hundred bytes whatever its size. Ticks are of its own timescale. */
export interface SegmentFacts {
  sizeBytes: number;
  timescale: number;
  /** tfdt of the first fragment. */
  startTicks: Ticks;
  /** Where the last sample ends in decode time. */
  endTicks: Ticks;
  /** Sum of all sample durations. */
  durationTicks: Ticks;
  sampleCount: number;
  /** The first fragment inside that does not start where the one before ended. */
  innerBreak?: { expectedTicks: Ticks; seenTicks: Ticks };
  startsWithSync: boolean;
  /** Of the codecs that are known: whether the first sample holds an IDR picture (AV1: a key frame), whatever its flags say. */
  startsWithIdr?: boolean;
  /** Presentation times of the sync samples; video only, since every sample of sound is one. */
  syncTicks: Ticks[];
  minCompositionOffsetTicks: Ticks;
  longestSampleTicks: Ticks;
  /** Between the two frames that are shown closest to each other; absent for one frame. */
  closestFramesTicks?: Ticks;
  trackCount: number;
}

/** Throws BoxError for what is not a fragmented MP4 segment with samples. */
export function readSegmentFacts(bytes: Uint8Array, init: InitFacts): SegmentFacts {
  const fragments = parseFragments(bytes, init.defaults);
  const samples = fragments.flatMap((fragment) => fragment.samples);
  const [firstFragment] = fragments;
  const [first] = samples;
  const last = fragments.at(-1);
  if (!firstFragment || !first || !last) throw new BoxError('The segment holds no samples', 0);
  const innerBreak = findInnerBreak(fragments);
  const shown = fragments.flatMap((fragment) => presentationTimes(fragment));
  const times = shown.map(({ ticks }) => ticks).sort((a, b) => a - b);
  const steps = times.slice(1).map((ticks, index) => ticks - (times[index] as Ticks));
  return {
    sizeBytes: bytes.length,
    timescale: init.timescale,
    startTicks: firstFragment.baseDecodeTicks,
    endTicks: endOf(last),
    durationTicks: samples.reduce((sum, sample) => sum + sample.durationTicks, 0),
    sampleCount: samples.length,
    ...(innerBreak ? { innerBreak } : {}),
    startsWithSync: first.isSync,
    ...startsWithIdr(bytes, first, init),
    syncTicks: init.kind === 'video' ? shown.filter(({ isSync }) => isSync).map(({ ticks }) => ticks) : [],
    minCompositionOffsetTicks: least(samples, (sample) => sample.compositionOffsetTicks),
    longestSampleTicks: -least(samples, (sample) => -sample.durationTicks),
    ...(steps.length === 0 ? {} : { closestFramesTicks: least(steps, (ticks) => ticks) }),
    trackCount: countTracks(bytes),
  };
}

function endOf(fragment: Fragment): Ticks {
  return fragment.samples.reduce((ticks, sample) => ticks + sample.durationTicks, fragment.baseDecodeTicks);
}

function findInnerBreak(fragments: readonly Fragment[]): SegmentFacts['innerBreak'] {
  for (const [index, fragment] of fragments.entries()) {
    const previous = fragments[index - 1];
    if (!previous) continue;
    const expectedTicks = endOf(previous);
    if (fragment.baseDecodeTicks !== expectedTicks) return { expectedTicks, seenTicks: fragment.baseDecodeTicks };
  }
  return undefined;
}

function startsWithIdr(bytes: Uint8Array, sample: Sample, { picture, nalLengthBytes = 4 }: InitFacts): Pick<SegmentFacts, 'startsWithIdr'> {
  if (!picture) return {};
  const end = sample.dataOffset + sample.sizeBytes;
  if (end > bytes.length) throw new BoxError('A sample reaches past the segment', sample.dataOffset);
  const data = bytes.subarray(sample.dataOffset, end);
  if (picture.codec === 'av1') return { startsWithIdr: isAv1KeyFrame(data) };
  const isIdr = IDR_TEST[picture.codec];
  return { startsWithIdr: nalUnits(data, nalLengthBytes).some(isIdr) };
}

/** By the first byte of a NAL unit: IDR slices of H.264 (7.4.1), IDR_W_RADL and IDR_N_LP of HEVC (7.4.2.2). */
const IDR_TEST = {
  h264: ([header = 0]: Uint8Array): boolean => (header & 0x1f) === 5,
  hevc: (unit: Uint8Array): boolean => [19, 20].includes(nalType(unit)),
};

function nalUnits(data: Uint8Array, lengthBytes: number): Uint8Array[] {
  const units: Uint8Array[] = [];
  for (let offset = 0; offset + lengthBytes < data.length; ) {
    let length = 0;
    for (let i = 0; i < lengthBytes; i++) length = length * 256 + (data[offset + i] as number);
    units.push(data.subarray(offset + lengthBytes, offset + lengthBytes + length));
    offset += lengthBytes + length;
  }
  return units;
}

function countTracks(bytes: Uint8Array): number {
  const view = viewOf(bytes);
  const tracks = new Set<number>();
  for (const moof of readBoxes(bytes).filter((box) => box.type === 'moof')) {
    for (const traf of readBoxes(bytes, moof.bodyStart, moof.end).filter((box) => box.type === 'traf')) {
      tracks.add(view.getUint32(requireBox(bytes, ['tfhd'], traf.bodyStart, traf.end).bodyStart + 4));
    }
  }
  return tracks.size;
}

function least<T>(samples: readonly T[], value: (sample: T) => number): number {
  return samples.reduce((smallest, sample) => Math.min(smallest, value(sample)), Number.POSITIVE_INFINITY);
}
