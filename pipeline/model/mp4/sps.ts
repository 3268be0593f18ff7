import { BitReader, withoutEmulationPrevention } from './bit-reader.ts';
import { BoxError } from './box.ts';

/** What a sequence parameter set says (ITU-T H.264 7.3.2.1.1). */
export interface Sps {
  profile: number;
  constraints: number;
  /** level_idc: 31 for 3.1. */
  level: number;
  chromaFormat: number;
  bitDepthLuma: number;
  bitDepthChroma: number;
  /** In pixels, after cropping. */
  width: number;
  height: number;
  isInterlaced: boolean;
  maxReferenceFrames: number;
}

/** `nal` begins with the NAL header byte, without start code or length. Throws BoxError when it is not a readable SPS. */
export function parseSps(nal: Uint8Array): Sps {
  if (((nal[0] ?? 0) & 0x1f) !== 7) throw new BoxError('The NAL unit is not an SPS', 0);
  const bits = new BitReader(withoutEmulationPrevention(nal.subarray(1)), 'SPS');
  const profile = bits.read(8);
  const constraints = bits.read(8);
  const level = bits.read(8);
  bits.exponential();
  let chromaFormat = 1;
  let bitDepthLuma = 8;
  let bitDepthChroma = 8;
  if (PROFILES_WITH_CHROMA.has(profile)) {
    chromaFormat = bits.exponential();
    if (chromaFormat === 3) bits.read(1);
    bitDepthLuma = 8 + bits.exponential();
    bitDepthChroma = 8 + bits.exponential();
    bits.read(1);
    if (bits.read(1)) skipScalingMatrix(bits, chromaFormat === 3 ? 12 : 8);
  }
  bits.exponential();
  skipPictureOrder(bits);
  const maxReferenceFrames = bits.exponential();
  bits.read(1);
  const widthInBlocks = bits.exponential() + 1;
  const heightInUnits = bits.exponential() + 1;
  const framesOnly = bits.read(1);
  if (!framesOnly) bits.read(1);
  bits.read(1);
  const crop = bits.read(1) ? [bits.exponential(), bits.exponential(), bits.exponential(), bits.exponential()] : [0, 0, 0, 0];
  const [left = 0, right = 0, top = 0, bottom = 0] = crop;
  const cropX = chromaFormat === 1 || chromaFormat === 2 ? 2 : 1;
  const cropY = (chromaFormat === 1 ? 2 : 1) * (2 - framesOnly);
  return {
    profile,
    constraints,
    level,
    chromaFormat,
    bitDepthLuma,
    bitDepthChroma,
    width: widthInBlocks * 16 - (left + right) * cropX,
    height: heightInUnits * 16 * (2 - framesOnly) - (top + bottom) * cropY,
    isInterlaced: framesOnly === 0,
    maxReferenceFrames,
  };
}

const PROFILES_WITH_CHROMA = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

function skipScalingMatrix(bits: BitReader, lists: number): void {
  for (let list = 0; list < lists; list++) {
    if (!bits.read(1)) continue;
    const size = list < 6 ? 16 : 64;
    let last = 8;
    let next = 8;
    for (let i = 0; i < size && next !== 0; i++) {
      next = (last + bits.signedExponential() + 256) % 256;
      last = next === 0 ? last : next;
    }
  }
}

function skipPictureOrder(bits: BitReader): void {
  const type = bits.exponential();
  if (type === 0) bits.exponential();
  if (type !== 1) return;
  bits.read(1);
  bits.signedExponential();
  bits.signedExponential();
  const cycle = bits.exponential();
  if (cycle > 255) throw new BoxError('The SPS states an impossible picture order cycle', 0);
  for (let i = 0; i < cycle; i++) bits.signedExponential();
}
