import { parseAv1Sequence } from '../../mp4/av1-configuration.ts';
import { parseAvcDecoderConfiguration } from '../../mp4/avc-configuration.ts';
import { findBox, readBoxes, requireBox } from '../../mp4/box.ts';
import { parseHevcDecoderConfiguration, parseHevcSps } from '../../mp4/hevc-configuration.ts';
import { type InitInfo, parseInitSegment } from '../../mp4/init-segment.ts';
import type { ParameterSets } from '../../mp4/parameter-sets.ts';
import { parseSps, type Sps } from '../../mp4/sps.ts';
import type { VideoCodec } from '../../plan.ts';

/** What the audit needs of an init segment. */
export interface InitFacts extends InitInfo {
  trackCount: number;
  picture?: PictureFacts;
  /** H.264: the first SPS, the truth about profile, level and size. */
  firstSps?: Sps;
  /** H.264 and HEVC: bytes of the length before each NAL unit. */
  nalLengthBytes?: number;
}

/** What the parameter sets say, which is what decoders go by. */
export interface PictureFacts {
  codec: VideoCodec;
  /** As the codec counts (see VideoRenditionPlan). */
  level: number;
  bitDepth: number;
  width: number;
  height: number;
  isInterlaced: boolean;
  /** By `colr`: SDR, PQ or HLG; undefined without one. */
  range?: string;
}

/** Throws BoxError. */
export function readInitFacts(bytes: Uint8Array): InitFacts {
  const info = parseInitSegment(bytes);
  const moov = requireBox(bytes, ['moov']);
  const traks = readBoxes(bytes, moov.bodyStart, moov.end).filter((box) => box.type === 'trak');
  const sets = info.parameterSets;
  const stated = sets && readPicture(sets);
  const range = stated && readRange(bytes);
  const sps = sets?.codec === 'h264' ? sets.sps[0] : undefined;
  const nalLengthBytes = sets && sets.codec !== 'av1' ? readNalLengthBytes(bytes) : undefined;
  return {
    ...info,
    trackCount: traks.length,
    ...(stated ? { picture: range === undefined ? stated : { ...stated, range } } : {}),
    ...(sps ? { firstSps: parseSps(sps) } : {}),
    ...(nalLengthBytes === undefined ? {} : { nalLengthBytes }),
  };
}

function readPicture(sets: ParameterSets): PictureFacts | undefined {
  const { codec } = sets;
  if (codec === 'av1') return { codec, isInterlaced: false, ...parseAv1Sequence(sets.sequenceHeader) };
  const [sps] = sets.sps;
  if (!sps) return undefined;
  if (codec === 'h264') {
    const { bitDepthLuma: bitDepth, ...facts } = parseSps(sps);
    return { codec, bitDepth, ...facts };
  }
  const { bitDepthLuma: bitDepth, isProgressive, ...facts } = parseHevcSps(sps);
  return { codec, bitDepth, isInterlaced: !isProgressive, ...facts };
}

const VISUAL_ENTRY_BYTES = 78;
/** transfer_characteristics (ISO/IEC 23091-2). */
const RANGES = new Map([
  [16, 'PQ'],
  [18, 'HLG'],
]);

function readRange(bytes: Uint8Array): string | undefined {
  const colr = readEntryBox(bytes, 'colr');
  return colr && (RANGES.get(((colr[6] ?? 0) << 8) | (colr[7] ?? 0)) ?? 'SDR');
}

function readNalLengthBytes(bytes: Uint8Array): number {
  const [avcC, hvcC] = [readEntryBox(bytes, 'avcC'), readEntryBox(bytes, 'hvcC')];
  if (hvcC) return parseHevcDecoderConfiguration(hvcC).lengthBytes;
  return avcC ? parseAvcDecoderConfiguration(avcC).lengthBytes : 4;
}

/** The body of a box within the first sample entry. */
function readEntryBox(bytes: Uint8Array, type: string): Uint8Array | undefined {
  const stsd = requireBox(bytes, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd']);
  const entry = readBoxes(bytes, stsd.bodyStart + 8, stsd.end)[0];
  const found = entry && findBox(bytes, [type], entry.bodyStart + VISUAL_ENTRY_BYTES, entry.end);
  return found && bytes.subarray(found.bodyStart, found.end);
}
