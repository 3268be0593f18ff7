import { BoxError, concatBytes, uint8, uint16 } from './box.ts';
import { parseSps } from './sps.ts';

/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1). */
export interface AvcConfiguration {
  sps: Uint8Array[];
  pps: Uint8Array[];
  /** profile_idc, constraint flags and level_idc as six hex digits: the end of an RFC 6381 `avc1.` string. */
  profileHex: string;
  /** Bytes of a NAL unit's length field. */
  lengthBytes: number;
}

/** Throws BoxError on a record that is cut off or of another version. */
export function parseAvcDecoderConfiguration(record: Uint8Array): AvcConfiguration {
  if (record.length < 7 || record[0] !== 1) throw new BoxError('The avcC record is not of version 1', 0);
  let offset = 5;
  const readSets = (count: number): Uint8Array[] => {
    const sets: Uint8Array[] = [];
    for (let i = 0; i < count; i++) {
      const length = ((record[offset] ?? 0) << 8) | (record[offset + 1] ?? 0);
      const end = offset + 2 + length;
      if (end > record.length) throw new BoxError('A parameter set is cut off', offset);
      sets.push(record.slice(offset + 2, end));
      offset = end;
    }
    return sets;
  };
  const sps = readSets((record[offset++] as number) & 0x1f);
  const pps = readSets(record[offset++] ?? 0);
  const profileHex = [...record.subarray(1, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { sps, pps, profileHex, lengthBytes: ((record[4] as number) & 3) + 1 };
}

const HIGH_PROFILES = new Set([100, 110, 122, 144]);

/** Four-byte NAL unit lengths. Throws BoxError when there is no SPS. */
export function renderAvcDecoderConfiguration(sps: readonly Uint8Array[], pps: readonly Uint8Array[]): Uint8Array {
  const first = sps[0];
  if (!first || first.length < 4) throw new BoxError('There is no SPS to write', 0);
  const withLength = (set: Uint8Array): Uint8Array[] => [uint16(set.length), set];
  const { profile, chromaFormat, bitDepthLuma, bitDepthChroma } = parseSps(first);
  const extension = HIGH_PROFILES.has(profile)
    ? [uint8(0xfc | chromaFormat, 0xf8 | (bitDepthLuma - 8), 0xf8 | (bitDepthChroma - 8), 0)]
    : [];
  return concatBytes([
    uint8(1),
    first.subarray(1, 4),
    uint8(0xff, 0xe0 | sps.length),
    ...sps.flatMap(withLength),
    uint8(pps.length),
    ...pps.flatMap(withLength),
    ...extension,
  ]);
}
