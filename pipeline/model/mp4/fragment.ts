import type { Ticks } from '../time.ts';
import {
  ascii,
  type Box,
  BoxError,
  box,
  concatBytes,
  findBox,
  fullBox,
  readBoxes,
  readInt32,
  readInt64,
  readUint32,
  requireBox,
  uint32,
  uint64,
  viewOf,
} from './box.ts';
import { TRACK_ID } from './init-segment.ts';

/** One coded frame within a fragment. */
export interface Sample {
  durationTicks: Ticks;
  sizeBytes: number;
  /** PTS − DTS; never negative in what Millrace writes. */
  compositionOffsetTicks: Ticks;
  isSync: boolean;
  /** Where its bytes start, in the bytes the fragment was parsed from. */
  dataOffset: number;
}

/** One moof and its mdat (ISO/IEC 14496-12 8.8.4). */
export interface Fragment {
  sequenceNumber: number;
  trackId: number;
  /** tfdt: decode time of the first sample, on the track's timescale. */
  baseDecodeTicks: Ticks;
  samples: Sample[];
}

/** A sample to be written. */
export interface SampleInput {
  durationTicks: Ticks;
  compositionOffsetTicks: Ticks;
  isSync: boolean;
  data: Uint8Array;
}

const SYNC_SAMPLE = 0x02000000;
const NON_SYNC_SAMPLE = 0x01010000;
const NON_SYNC_BIT = 0x00010000;

const TFHD_DEFAULT_BASE_IS_MOOF = 0x020000;
const TRUN_DATA_OFFSET = 0x01;
const TRUN_FIRST_FLAGS = 0x04;
const TRUN_DURATION = 0x100;
const TRUN_SIZE = 0x200;
const TRUN_FLAGS = 0x400;
const TRUN_COMPOSITION = 0x800;

/** `styp` of a CMAF segment; written once, before its first fragment. */
export function renderSegmentType(): Uint8Array {
  return box('styp', ascii('msdh'), uint32(0), ascii('msdh'), ascii('msix'), ascii('cmfs'));
}

/**
 * One moof + mdat. Offsets and durations are written per sample; the composition offset is unsigned (trun version 0).
 * Throws BoxError for a negative duration or offset.
 */
export function renderFragment(fragment: { sequenceNumber: number; baseDecodeTicks: Ticks; samples: readonly SampleInput[] }): Uint8Array {
  const { samples } = fragment;
  if (fragment.baseDecodeTicks < 0) throw new BoxError(`A fragment cannot start at ${fragment.baseDecodeTicks}`, 0);
  const hasOffsets = samples.some((sample) => sample.compositionOffsetTicks !== 0);
  const flags = TRUN_DATA_OFFSET | TRUN_DURATION | TRUN_SIZE | TRUN_FLAGS | (hasOffsets ? TRUN_COMPOSITION : 0);
  const fieldsPerSample = hasOffsets ? 4 : 3;
  const entries = new Uint8Array(samples.length * fieldsPerSample * 4);
  const view = viewOf(entries);
  samples.forEach((sample, index) => {
    if (sample.durationTicks < 0 || sample.compositionOffsetTicks < 0) {
      throw new BoxError(`Sample ${index} has duration ${sample.durationTicks} and composition offset ${sample.compositionOffsetTicks}`, 0);
    }
    const at = index * fieldsPerSample * 4;
    view.setUint32(at, sample.durationTicks);
    view.setUint32(at + 4, sample.data.length);
    view.setUint32(at + 8, sample.isSync ? SYNC_SAMPLE : NON_SYNC_SAMPLE);
    if (hasOffsets) view.setUint32(at + 12, sample.compositionOffsetTicks);
  });
  const moof = (dataOffset: number): Uint8Array =>
    box(
      'moof',
      fullBox('mfhd', 0, 0, uint32(fragment.sequenceNumber)),
      box(
        'traf',
        fullBox('tfhd', 0, TFHD_DEFAULT_BASE_IS_MOOF, uint32(TRACK_ID)),
        fullBox('tfdt', 1, 0, uint64(fragment.baseDecodeTicks)),
        fullBox('trun', 0, flags, uint32(samples.length, dataOffset), entries),
      ),
    );
  const mdatHeaderBytes = 8;
  const header = moof(moof(0).length + mdatHeaderBytes);
  return concatBytes([header, box('mdat', ...samples.map((sample) => sample.data))]);
}

/** Defaults that fragments may rely on: trex, from the init segment. */
export interface SampleDefaults {
  durationTicks: number;
  sizeBytes: number;
  flags: number;
}

/** More than any fragment of a film has. A run whose samples have no field of their own can claim any number in twelve bytes. */
const MOST_SAMPLES = 100_000;

const NO_DEFAULTS: SampleDefaults = { durationTicks: 0, sizeBytes: 0, flags: 0 };

/** Every fragment in a segment, a part or a whole stream of them, first track of each. Throws BoxError. */
export function parseFragments(bytes: Uint8Array, defaults: SampleDefaults = NO_DEFAULTS): Fragment[] {
  return readBoxes(bytes)
    .filter((candidate) => candidate.type === 'moof')
    .map((moof) => parseMoof(bytes, moof, defaults));
}

/** When each sample is shown, in decode order. */
export function presentationTimes({ baseDecodeTicks, samples }: Fragment): { ticks: Ticks; isSync: boolean }[] {
  let decodeTicks = baseDecodeTicks;
  return samples.map(({ compositionOffsetTicks, durationTicks, isSync }) => {
    const ticks = decodeTicks + compositionOffsetTicks;
    decodeTicks += durationTicks;
    return { ticks, isSync };
  });
}

/** One moof; `dataOffset`s point behind it, into bytes that may not have been read yet. */
export function parseMoof(bytes: Uint8Array, moof: Box, defaults: SampleDefaults = NO_DEFAULTS): Fragment {
  const mfhd = requireBox(bytes, ['mfhd'], moof.bodyStart, moof.end);
  const traf = requireBox(bytes, ['traf'], moof.bodyStart, moof.end);
  const header = parseTfhd(bytes, requireBox(bytes, ['tfhd'], traf.bodyStart, traf.end), defaults);
  const tfdt = findBox(bytes, ['tfdt'], traf.bodyStart, traf.end);
  const samples: Sample[] = [];
  let dataOffset = moof.end + 8;
  for (const trun of readBoxes(bytes, traf.bodyStart, traf.end).filter((candidate) => candidate.type === 'trun')) {
    dataOffset = parseTrun(bytes, trun, { moof, header, dataOffset, samples });
  }
  return {
    sequenceNumber: readUint32(bytes, mfhd.bodyStart + 4, mfhd.end),
    trackId: header.trackId,
    baseDecodeTicks: tfdt ? readTime(bytes, tfdt) : 0,
    samples,
  };
}

/** Version 1 is read as signed: ffmpeg writes decode times before zero in two's complement. */
function readTime(bytes: Uint8Array, tfdt: Box): Ticks {
  const read = bytes[tfdt.bodyStart] === 1 ? readInt64 : readUint32;
  return read(bytes, tfdt.bodyStart + 4, tfdt.end);
}

interface TrackHeader extends SampleDefaults {
  trackId: number;
}

function parseTfhd(bytes: Uint8Array, tfhd: Box, defaults: SampleDefaults): TrackHeader {
  const flags = readUint32(bytes, tfhd.bodyStart, tfhd.end) & 0xffffff;
  const trackId = readUint32(bytes, tfhd.bodyStart + 4, tfhd.end);
  let offset = tfhd.bodyStart + 8;
  if (flags & 0x01) offset += 8;
  if (flags & 0x02) offset += 4;
  const optional = (flag: number, fallback: number): number => {
    if (!(flags & flag)) return fallback;
    offset += 4;
    return readUint32(bytes, offset - 4, tfhd.end);
  };
  return {
    trackId,
    durationTicks: optional(0x08, defaults.durationTicks),
    sizeBytes: optional(0x10, defaults.sizeBytes),
    flags: optional(0x20, defaults.flags),
  };
}

function parseTrun(
  bytes: Uint8Array,
  trun: Box,
  context: { moof: Box; header: TrackHeader; dataOffset: number; samples: Sample[] },
): number {
  const version = bytes[trun.bodyStart];
  const flags = readUint32(bytes, trun.bodyStart, trun.end) & 0xffffff;
  const count = readUint32(bytes, trun.bodyStart + 4, trun.end);
  if (context.samples.length + count > MOST_SAMPLES) throw new BoxError(`A fragment states ${count} samples`, trun.start);
  let offset = trun.bodyStart + 8;
  const read = (signed = false): number => {
    offset += 4;
    return (signed ? readInt32 : readUint32)(bytes, offset - 4, trun.end);
  };
  let { dataOffset } = context;
  if (flags & TRUN_DATA_OFFSET) dataOffset = context.moof.start + read(true);
  const firstFlags = flags & TRUN_FIRST_FLAGS ? read() : undefined;
  for (let index = 0; index < count; index++) {
    const durationTicks = flags & TRUN_DURATION ? read() : context.header.durationTicks;
    const sizeBytes = flags & TRUN_SIZE ? read() : context.header.sizeBytes;
    const ownFlags = flags & TRUN_FLAGS ? read() : context.header.flags;
    const sampleFlags = index === 0 && firstFlags !== undefined ? firstFlags : ownFlags;
    const compositionOffsetTicks = flags & TRUN_COMPOSITION ? read(version === 1) : 0;
    context.samples.push({ durationTicks, sizeBytes, compositionOffsetTicks, isSync: (sampleFlags & NON_SYNC_BIT) === 0, dataOffset });
    dataOffset += sizeBytes;
  }
  return dataOffset;
}
