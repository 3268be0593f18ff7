import { parseAvcDecoderConfiguration } from '../../mp4/avc-configuration.ts';
import { findBox, readBoxes, requireBox } from '../../mp4/box.ts';
import { type InitInfo, parseInitSegment } from '../../mp4/init-segment.ts';
import { parseSps, type Sps } from '../../mp4/sps.ts';

/** What the audit needs of an init segment. */
export interface InitFacts extends InitInfo {
  trackCount: number;
  /** H.264: the first SPS, the truth about profile, level and size. */
  firstSps?: Sps;
  /** H.264: bytes of the length before each NAL unit. */
  nalLengthBytes?: number;
}

/** Throws BoxError. */
export function readInitFacts(bytes: Uint8Array): InitFacts {
  const info = parseInitSegment(bytes);
  const moov = requireBox(bytes, ['moov']);
  const traks = readBoxes(bytes, moov.bodyStart, moov.end).filter((box) => box.type === 'trak');
  const sps = info.sps?.[0];
  return {
    ...info,
    trackCount: traks.length,
    ...(sps ? { firstSps: parseSps(sps), nalLengthBytes: readNalLengthBytes(bytes) } : {}),
  };
}

const VISUAL_ENTRY_BYTES = 78;

function readNalLengthBytes(bytes: Uint8Array): number {
  const stsd = requireBox(bytes, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd']);
  const entry = readBoxes(bytes, stsd.bodyStart + 8, stsd.end)[0];
  const avcC = entry && findBox(bytes, ['avcC'], entry.bodyStart + VISUAL_ENTRY_BYTES, entry.end);
  return avcC ? parseAvcDecoderConfiguration(bytes.subarray(avcC.bodyStart, avcC.end)).lengthBytes : 4;
}
