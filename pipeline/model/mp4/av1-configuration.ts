import { BitReader } from './bit-reader.ts';
import { BoxError, concatBytes, uint8 } from './box.ts';

/** What a sequence header says (AV1 bitstream specification 5.5). */
export interface Av1Sequence {
  profile: number;
  /** seq_level_idx of the first operating point: 5 for 3.1. */
  level: number;
  tier: number;
  bitDepth: 8 | 10 | 12;
  isMonochrome: boolean;
  subsamplingX: number;
  subsamplingY: number;
  chromaSamplePosition: number;
  /** Of the largest frame. */
  width: number;
  height: number;
}

/** One open bitstream unit (5.3) within the bytes it was read from. */
interface Obu {
  type: number;
  start: number;
  bodyStart: number;
  end: number;
}

const OBU_SEQUENCE_HEADER = 1;

/** The units of a sample or of an av1C's configOBUs. Throws BoxError when one is cut off. */
function readObus(bytes: Uint8Array): Obu[] {
  const obus: Obu[] = [];
  for (let start = 0; start < bytes.length; ) {
    const header = bytes[start] as number;
    let offset = start + (header & 0x04 ? 2 : 1);
    let size = bytes.length - offset;
    if (header & 0x02) [size, offset] = readLeb128(bytes, offset);
    const end = offset + size;
    if (end > bytes.length) throw new BoxError('A unit of AV1 is cut off', start);
    obus.push({ type: (header >> 3) & 0x0f, start, bodyStart: offset, end });
    start = end;
  }
  return obus;
}

/** leb128() (4.10.5), and where it ends. */
function readLeb128(bytes: Uint8Array, start: number): [value: number, end: number] {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = bytes[start + index];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return [value, start + index + 1];
  }
  throw new BoxError('The size of a unit of AV1 is cut off', start);
}

/** Of a sequence header with its OBU header. Throws BoxError. */
export function parseAv1Sequence(obu: Uint8Array): Av1Sequence {
  return readSequence(obu).sequence;
}

/** AV1CodecConfigurationRecord (AV1 in ISOBMFF 2.3.3). `sequenceHeader`: with its OBU header, as in the samples. Throws BoxError. */
export function renderAv1Configuration(sequenceHeader: Uint8Array): Uint8Array {
  const { profile, level, tier, bitDepth, isMonochrome, ...chroma } = parseAv1Sequence(sequenceHeader);
  const depth = (bitDepth > 8 ? 0x40 : 0) | (bitDepth === 12 ? 0x20 : 0);
  const planes = (isMonochrome ? 0x10 : 0) | (chroma.subsamplingX << 3) | (chroma.subsamplingY << 2) | chroma.chromaSamplePosition;
  return concatBytes([uint8(0x81, (profile << 5) | level, (tier << 7) | depth | planes, 0), sequenceHeader]);
}

/** The sequence header of an av1C record. Throws BoxError where there is none. */
export function parseAv1Configuration(record: Uint8Array): Uint8Array {
  if (record[0] !== 0x81) throw new BoxError('The av1C record is not of version 1', 0);
  const units = record.subarray(4);
  const header = readObus(units).find(({ type }) => type === OBU_SEQUENCE_HEADER);
  if (!header) throw new BoxError('The av1C record has no sequence header', 4);
  return units.slice(header.start, header.end);
}

const OBU_FRAME_HEADER = 3;
const OBU_FRAME = 6;

/** Whether a sample begins with a key frame that is shown, behind its sequence header (AV1 in ISOBMFF 2.5). */
export function isAv1KeyFrame(sample: Uint8Array): boolean {
  const obus = readObus(sample);
  const header = obus.findIndex(({ type }) => type === OBU_SEQUENCE_HEADER);
  const frame = obus.findIndex(({ type }) => type === OBU_FRAME_HEADER || type === OBU_FRAME);
  if (header === -1 || frame < header) return false;
  // show_existing_frame 0, frame_type KEY_FRAME, show_frame 1 (5.9.2).
  return (sample[(obus[frame] as Obu).bodyStart] as number) >> 4 === 0b0001;
}

/** RFC 6381 (AV1 in ISOBMFF 5): `av01.0.05M.08` is Main profile at level 3.1, 8 bits. */
export function av1Codecs({ profile, level, tier, bitDepth }: Pick<Av1Sequence, 'profile' | 'level' | 'tier' | 'bitDepth'>): string {
  const two = (value: number): string => value.toString().padStart(2, '0');
  return `av01.${profile}.${two(level)}${tier ? 'H' : 'M'}.${two(bitDepth)}`;
}

/**
 * A sample, or a sequence header alone, whose sequence header states the level, Main tier. libaom states the level of 30 frames a second
 * whatever the rate is, since times at 90 kHz tell it of none. Throws BoxError.
 */
export function withAv1Level(bytes: Uint8Array, level: number): Uint8Array {
  return concatBytes(
    readObus(bytes).map(({ type, start, end }) => {
      const obu = bytes.subarray(start, end);
      return type === OBU_SEQUENCE_HEADER ? restateLevel(obu, level) : obu;
    }),
  );
}

/** From seq_level_idx 8 on there is a bit for the tier, so what follows may move by one. */
function restateLevel(obu: Uint8Array, level: number): Uint8Array {
  const { sequence, levelAt, bits } = readSequence(obu);
  if (sequence.level === level && sequence.tier === 0) return obu;
  const stated = [...Array.from({ length: 5 }, (_, bit) => (level >> (4 - bit)) & 1), ...(level > 7 ? [0] : [])];
  const rest = bits.slice(levelAt + (sequence.level > 7 ? 6 : 5), bits.lastIndexOf(1) + 1);
  const changed = [...bits.slice(0, levelAt), ...stated, ...rest];
  const body = Uint8Array.from({ length: Math.ceil(changed.length / 8) }, (_, byte) =>
    Array.from({ length: 8 }, (_, bit) => changed[8 * byte + bit] ?? 0).reduce((value, bit) => value * 2 + bit, 0),
  );
  if (body.length > 0x7f) throw new BoxError('The sequence header is too long', 0);
  return concatBytes([uint8((obu[0] as number) | 0x02, body.length), body]);
}

function readSequence(obu: Uint8Array): { sequence: Av1Sequence; levelAt: number; bits: number[] } {
  const [unit] = readObus(obu);
  if (unit?.type !== OBU_SEQUENCE_HEADER) throw new BoxError('The unit is not a sequence header of AV1', 0);
  const body = obu.subarray(unit.bodyStart, unit.end);
  const bits = new BitReader(body, 'sequence header');
  const profile = bits.read(3);
  bits.skip(1);
  const isReduced = bits.read(1) === 1;
  const operating = isReduced ? { levelAt: bits.position, level: bits.read(5), tier: 0 } : readOperatingPoints(bits);
  const [widthBits, heightBits] = [bits.read(4) + 1, bits.read(4) + 1];
  const [width, height] = [bits.read(widthBits) + 1, bits.read(heightBits) + 1];
  if (!isReduced && bits.read(1)) bits.skip(7);
  bits.skip(3);
  if (!isReduced) skipTools(bits);
  bits.skip(3);
  const color = readColor(bits, profile);
  const { levelAt, ...stated } = operating;
  const all = Array.from({ length: body.length * 8 }, (_, bit) => ((body[bit >> 3] as number) >> (7 - (bit & 7))) & 1);
  return { sequence: { profile, ...stated, ...color, width, height }, levelAt, bits: all };
}

/** timing_info to the last operating point; of these the first. */
function readOperatingPoints(bits: BitReader): { levelAt: number; level: number; tier: number } {
  let delayBits = 0;
  let hasModel = false;
  if (bits.read(1)) {
    bits.skip(64);
    if (bits.read(1)) bits.exponential();
    hasModel = bits.read(1) === 1;
    if (hasModel) {
      delayBits = bits.read(5) + 1;
      bits.skip(42);
    }
  }
  const hasDelay = bits.read(1) === 1;
  const points = Array.from({ length: bits.read(5) + 1 }, () => {
    bits.skip(12);
    const levelAt = bits.position;
    const level = bits.read(5);
    const tier = level > 7 ? bits.read(1) : 0;
    if (hasModel && bits.read(1)) bits.skip(2 * delayBits + 1);
    if (hasDelay && bits.read(1)) bits.skip(4);
    return { levelAt, level, tier };
  });
  return points[0] as (typeof points)[number];
}

/** enable_interintra_compound to order_hint_bits_minus_1. */
function skipTools(bits: BitReader): void {
  bits.skip(4);
  const hasOrderHint = bits.read(1) === 1;
  if (hasOrderHint) bits.skip(2);
  const screenContent = bits.read(1) ? 2 : bits.read(1);
  if (screenContent > 0 && !bits.read(1)) bits.skip(1);
  if (hasOrderHint) bits.skip(3);
}

const SRGB = '1 13 0';

/** color_config (5.5.2). */
function readColor(
  bits: BitReader,
  profile: number,
): Pick<Av1Sequence, 'bitDepth' | 'isMonochrome' | 'subsamplingX' | 'subsamplingY' | 'chromaSamplePosition'> {
  const isHigh = bits.read(1) === 1;
  const bitDepth = profile === 2 && isHigh && bits.read(1) ? 12 : isHigh ? 10 : 8;
  const isMonochrome = profile !== 1 && bits.read(1) === 1;
  const description = bits.read(1) ? [bits.read(8), bits.read(8), bits.read(8)].join(' ') : '';
  const base = { bitDepth, isMonochrome, chromaSamplePosition: 0 } as const;
  if (!isMonochrome && description === SRGB) return { ...base, subsamplingX: 0, subsamplingY: 0 };
  bits.skip(1);
  if (isMonochrome) return { ...base, subsamplingX: 1, subsamplingY: 1 };
  let [subsamplingX, subsamplingY] = profile === 0 ? [1, 1] : profile === 1 ? [0, 0] : [1, 0];
  if (bitDepth === 12) {
    subsamplingX = bits.read(1);
    subsamplingY = subsamplingX ? bits.read(1) : 0;
  }
  const chromaSamplePosition = subsamplingX && subsamplingY ? bits.read(2) : 0;
  return { ...base, subsamplingX, subsamplingY, chromaSamplePosition };
}
