import { describe, expect, test } from 'vitest';
import { BoxError } from '../../../../pipeline/model/mp4/box.ts';
import { parseSps } from '../../../../pipeline/model/mp4/sps.ts';

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

/** As libx264 164 wrote them. */
const RECORDED = [
  {
    what: 'High 160x90, cropped, emulation prevention within',
    hex: '6764001facd9428df93011000003000100000300320f183196',
    says: { profile: 100, constraints: 0, level: 31, width: 160, height: 90, isInterlaced: false, maxReferenceFrames: 4 },
  },
  {
    what: 'High 1920x1080, whose last row of blocks is half shown',
    hex: '67640028acd940780227e5c044000003000400000300c83c60c658',
    says: { profile: 100, level: 40, width: 1920, height: 1080, isInterlaced: false },
  },
  {
    what: 'PAL in fields',
    hex: '6764001eacd940b424d8088000000300800000190f8a14cb',
    says: { level: 30, width: 720, height: 576, isInterlaced: true },
  },
  {
    what: '1080i, cropped in fields',
    hex: '67640028acd94078044fde0220000003002000000643e2c5b2c0',
    says: { width: 1920, height: 1080, isInterlaced: true },
  },
  {
    what: 'Baseline, which says nothing of chroma',
    hex: '6742c00bda0b13b011000003000100000300320f142aa0',
    says: { profile: 66, constraints: 0xc0, level: 11, chromaFormat: 1, bitDepthLuma: 8, width: 176, height: 144 },
  },
  {
    what: 'ten bits of 4:2:2',
    hex: '677a001fb6cd9405005bb011000003000100000300320f183196',
    says: { profile: 122, chromaFormat: 2, bitDepthLuma: 10, bitDepthChroma: 10, width: 1280, height: 720 },
  },
  {
    what: '4:4:4, cropped pixel by pixel',
    hex: '67f4000d919b282a33c7c5e022000003000200000300641e28532c',
    says: { profile: 244, chromaFormat: 3, bitDepthLuma: 8, width: 322, height: 182 },
  },
  { what: 'grey', hex: '6764000cf36505067e37016c800000030080000019078a14cb', says: { chromaFormat: 0, width: 320, height: 180 } },
];

describe('an SPS', () => {
  test.each(RECORDED)('of $what is read', ({ hex, says }) => {
    expect(parseSps(bytes(hex))).toMatchObject(says);
  });

  test.each(RECORDED)('of $what that is cut off before its size is refused', ({ hex }) => {
    for (let length = 0; length < 8; length++) expect(() => parseSps(bytes(hex).subarray(0, length))).toThrow(BoxError);
  });

  test('is told from other NAL units', () => {
    expect(() => parseSps(bytes('68ef8fcb'))).toThrow('not an SPS');
  });

  test('of zeros, or whose codes never end, is refused', () => {
    expect(() => parseSps(Uint8Array.of(0x67, 100, 0, 31, ...new Array(64).fill(0)))).toThrow(BoxError);
  });
});
