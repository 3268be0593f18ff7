import { BitReader, withoutEmulationPrevention } from './bit-reader.ts';
import { BoxError, concatBytes, uint8, uint16 } from './box.ts';

/** Parameter sets as NAL units, without start codes or lengths. */
export interface HevcParameterSets {
  vps: Uint8Array[];
  sps: Uint8Array[];
  pps: Uint8Array[];
}

/** HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 8.3.2.1). */
export interface HevcConfiguration extends HevcParameterSets {
  /** Bytes of a NAL unit's length field. */
  lengthBytes: number;
}

/** What a sequence parameter set says (ITU-T H.265 7.3.2.2.1). */
export interface HevcSps {
  /** general_profile_space to general_level_idc, 12 bytes as they stand in hvcC. */
  profileTierLevel: Uint8Array;
  profile: number;
  /** general_level_idc: 93 for 3.1. */
  level: number;
  isProgressive: boolean;
  temporalLayers: number;
  isTemporallyNested: boolean;
  chromaFormat: number;
  bitDepthLuma: number;
  bitDepthChroma: number;
  /** In pixels, after cropping. */
  width: number;
  height: number;
}

const NAL_VPS = 32;
const NAL_SPS = 33;
const NAL_PPS = 34;
const PROFILE_TIER_LEVEL_BYTES = 12;

/** Throws BoxError when it is not a readable SPS. */
export function parseHevcSps(nal: Uint8Array): HevcSps {
  if (nalType(nal) !== NAL_SPS) throw new BoxError('The NAL unit is not an SPS of HEVC', 0);
  const bytes = withoutEmulationPrevention(nal.subarray(2));
  const bits = new BitReader(bytes, 'SPS');
  bits.skip(4);
  const subLayers = bits.read(3);
  const isTemporallyNested = bits.read(1) === 1;
  const profileTierLevel = bytes.slice(1, 1 + PROFILE_TIER_LEVEL_BYTES);
  bits.skip(8 * PROFILE_TIER_LEVEL_BYTES);
  skipSubLayers(bits, subLayers);
  bits.exponential();
  const chromaFormat = bits.exponential();
  if (chromaFormat === 3) bits.skip(1);
  const codedWidth = bits.exponential();
  const codedHeight = bits.exponential();
  const [left = 0, right = 0, top = 0, bottom = 0] = bits.read(1) ? Array.from({ length: 4 }, () => bits.exponential()) : [];
  const [cropX, cropY] = [chromaFormat === 1 || chromaFormat === 2 ? 2 : 1, chromaFormat === 1 ? 2 : 1];
  return {
    profileTierLevel,
    profile: (profileTierLevel[0] as number) & 0x1f,
    level: profileTierLevel[11] as number,
    isProgressive: ((profileTierLevel[5] as number) & 0x40) === 0,
    temporalLayers: subLayers + 1,
    isTemporallyNested,
    chromaFormat,
    width: codedWidth - (left + right) * cropX,
    height: codedHeight - (top + bottom) * cropY,
    bitDepthLuma: 8 + bits.exponential(),
    bitDepthChroma: 8 + bits.exponential(),
  };
}

/** sub_layer_profile_present_flag and sub_layer_level_present_flag, and what they announce (7.3.3). */
function skipSubLayers(bits: BitReader, subLayers: number): void {
  if (subLayers === 0) return;
  const present = Array.from({ length: 8 }, () => ({ hasProfile: bits.read(1) === 1, hasLevel: bits.read(1) === 1 }));
  for (const { hasProfile, hasLevel } of present.slice(0, subLayers)) bits.skip((hasProfile ? 88 : 0) + (hasLevel ? 8 : 0));
}

/** Throws BoxError on a record that is cut off or of another version. */
export function parseHevcDecoderConfiguration(record: Uint8Array): HevcConfiguration {
  if (record.length < 23 || record[0] !== 1) throw new BoxError('The hvcC record is not of version 1', 0);
  const sets = new Map<number, Uint8Array[]>();
  let offset = 23;
  const readUint16 = (): number => {
    offset += 2;
    return ((record[offset - 2] ?? 0) << 8) | (record[offset - 1] ?? 0);
  };
  for (let array = 0; array < (record[22] as number); array++) {
    const type = (record[offset++] ?? 0) & 0x3f;
    for (let count = readUint16(); count > 0; count--) {
      const end = readUint16() + offset;
      if (end > record.length) throw new BoxError('A parameter set is cut off', offset);
      sets.set(type, [...(sets.get(type) ?? []), record.slice(offset, end)]);
      offset = end;
    }
  }
  const [vps = [], sps = [], pps = []] = [NAL_VPS, NAL_SPS, NAL_PPS].map((type) => sets.get(type));
  return { vps, sps, pps, lengthBytes: ((record[21] as number) & 3) + 1 };
}

/** Four-byte NAL unit lengths; all parameter sets are here and none in the samples, as `hvc1` means. Throws BoxError when there is no SPS. */
export function renderHevcDecoderConfiguration({ vps, sps, pps }: HevcParameterSets): Uint8Array {
  const [first] = sps;
  if (!first) throw new BoxError('There is no SPS to write', 0);
  const facts = parseHevcSps(first);
  const array = (type: number, units: readonly Uint8Array[]): Uint8Array[] => [
    uint8(0x80 | type),
    uint16(units.length),
    ...units.flatMap((unit) => [uint16(unit.length), unit]),
  ];
  return concatBytes([
    uint8(1),
    facts.profileTierLevel,
    // No bound on segmentation, and so no kind of parallelism, is stated; the frame rate is not either.
    uint16(0xf000),
    uint8(0xfc, 0xfc | facts.chromaFormat, 0xf8 | (facts.bitDepthLuma - 8), 0xf8 | (facts.bitDepthChroma - 8)),
    uint16(0),
    uint8((facts.temporalLayers << 3) | (facts.isTemporallyNested ? 4 : 0) | 3, 3),
    ...array(NAL_VPS, vps),
    ...array(NAL_SPS, sps),
    ...array(NAL_PPS, pps),
  ]);
}

/** RFC 6381 of an SPS (ISO/IEC 14496-15 E.3): `hvc1.1.6.L93.90` is Main profile at level 3.1, progressive. */
export function hevcCodecs(sampleEntry: string, { profileTierLevel }: Pick<HevcSps, 'profileTierLevel'>): string {
  const [first = 0, ...rest] = profileTierLevel;
  const space = ['', 'A', 'B', 'C'][first >> 6] as string;
  const tier = first & 0x20 ? 'H' : 'L';
  // general_profile_compatibility_flags, the last first.
  const flags = rest.slice(0, 4).flatMap((byte) => Array.from({ length: 8 }, (_, bit) => (byte >> (7 - bit)) & 1));
  const compatibility = flags.reduceRight((value, flag) => value * 2 + flag, 0);
  const constraints = rest.slice(4, 10);
  while (constraints.at(-1) === 0) constraints.pop();
  const bytes = constraints.map((byte) => byte.toString(16).toUpperCase());
  return [sampleEntry, `${space}${first & 0x1f}`, compatibility.toString(16).toUpperCase(), `${tier}${rest[10]}`, ...bytes].join('.');
}

/** Of a NAL unit that begins with its header. */
export function nalType(nal: Uint8Array): number {
  return ((nal[0] ?? 0) >> 1) & 0x3f;
}
