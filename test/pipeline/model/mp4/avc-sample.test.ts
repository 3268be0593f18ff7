import { expect, test } from 'vitest';
import { isIdrSample } from '../../../../pipeline/model/mp4/avc-sample.ts';
import { BoxError, concatBytes, uint32 } from '../../../../pipeline/model/mp4/box.ts';

const SPS = Uint8Array.of(0x67, 100, 0, 40, 1);
const PPS = Uint8Array.of(0x68, 2, 3);
const AUD = Uint8Array.of(0x09, 0x10);
const IDR = Uint8Array.of(0x65, 1, 2, 3);
const SLICE = Uint8Array.of(0x41, 1, 2, 3);

const sampleOf = (...units: Uint8Array[]): Uint8Array => concatBytes(units.flatMap((unit) => [uint32(unit.length), unit]));
const isIdr = (...units: Uint8Array[]): boolean => isIdrSample(sampleOf(...units), { sps: [SPS], pps: [PPS] });

test('a picture is an IDR picture by its slices, whatever stands before them', () => {
  expect(isIdr(IDR)).toBe(true);
  expect(isIdr(AUD, SPS, PPS, IDR, IDR)).toBe(true);
  expect(isIdr(AUD, SLICE)).toBe(false);
});

test.each([
  ['another SPS', sampleOf(Uint8Array.of(...SPS.slice(0, -1), 9), IDR)],
  ['another PPS', sampleOf(Uint8Array.of(0x68, 2, 4), IDR)],
  ['no picture', sampleOf(AUD)],
  ['nothing', new Uint8Array()],
  ['a unit that reaches past its end', concatBytes([uint32(9), IDR])],
  ['a unit of nothing', concatBytes([uint32(0), sampleOf(IDR)])],
  ['a length that is cut off', concatBytes([sampleOf(IDR), Uint8Array.of(0, 0)])],
])('a sample with %s is refused', (_, sample) => {
  expect(() => isIdrSample(sample, { sps: [SPS], pps: [PPS] })).toThrow(BoxError);
});
