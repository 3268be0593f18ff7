import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, readUint32 } from '../../../../pipeline/model/mp4/box.ts';
import { MP3 } from '../../../../pipeline/model/progressive/mp3.ts';
import { OGG_OPUS } from '../../../../pipeline/model/progressive/ogg-opus.ts';
import { framesOfPiece, planSoundFile, type SoundFile, sliceSoundFile } from '../../../../pipeline/model/progressive/sound-file.ts';

/** What an encoder would give for frames [first, end). */
function encode({ coding: { frameBytes } }: SoundFile, first: number, end: number): Uint8Array {
  return Uint8Array.from({ length: (end - first) * frameBytes }, (_, index) => (first * 7 + index) % 251);
}

/** The bytes [start, end), as they are made piece by piece. */
function read(file: SoundFile, start: number, end: number): Uint8Array {
  return concatBytes(
    [...sliceSoundFile(file, start, end)].map((slice) => {
      if (slice.kind === 'head') return file.head.subarray(slice.start, slice.end);
      const frames = framesOfPiece(file, slice.piece);
      const bytes = file.coding.renderFrames(encode(file, frames.first, frames.end), { ...file, firstFrame: frames.first });
      return bytes.subarray(slice.start, slice.end);
    }),
  );
}

/** Up to a minute, at 90 kHz. */
const durations = fc.integer({ min: 1, max: 60 * 90_000 });

describe.each([
  ['MP3', MP3],
  ['Ogg Opus', OGG_OPUS],
])('%s', (_, coding) => {
  test('is as long as it says, and any range of it is that slice of the whole', () => {
    fc.assert(
      fc.property(durations, fc.nat(), fc.nat(), (ticks, a, b) => {
        const file = planSoundFile(coding, ticks);
        const whole = read(file, 0, file.sizeBytes);
        expect(whole.length).toBe(file.sizeBytes);
        const [start, end] = [a % file.sizeBytes, b % (file.sizeBytes + 1)].sort((x, y) => x - y) as [number, number];
        expect(Buffer.compare(read(file, start, end), whole.subarray(start, end))).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  test('its frames hold all of the sound, late by what the encoder is', () => {
    fc.assert(
      fc.property(durations, (ticks) => {
        const { frames, soundSamples } = planSoundFile(coding, ticks);
        const room = frames * coding.frameSamples - coding.delaySamples - soundSamples;
        expect(room).toBeGreaterThanOrEqual(0);
        expect(room).toBeLessThan(coding.frameSamples);
      }),
    );
  });
});

test('MP3 begins with a frame that says how many follow and what players leave out', () => {
  const { head, frames, soundSamples } = planSoundFile(MP3, 90_000);
  expect([head.length, Buffer.from(head).toString('latin1', 36, 40)]).toEqual([576, 'Info']);
  expect([readUint32(head, 44), readUint32(head, 48)]).toEqual([frames, (frames + 1) * 576]);
  const pads = readUint32(head, 72) & 0xffffff;
  expect([pads >> 12, frames * 1152 - (pads >> 12) - (pads & 4095)]).toEqual([576, soundSamples]);
});

test('Ogg pages are numbered, tell where they end, and check', () => {
  const file = planSoundFile(OGG_OPUS, 25 * 90_000);
  const bytes = Buffer.from(read(file, 0, file.sizeBytes));
  const pages: { type: number; granule: number; number: number }[] = [];
  for (let at = 0; at < bytes.length; ) {
    expect(bytes.toString('latin1', at, at + 4)).toBe('OggS');
    const segments = bytes[at + 26]!;
    const lacing = bytes.subarray(at + 27, at + 27 + segments);
    const end = at + 27 + segments + lacing.reduce((sum, length) => sum + length, 0);
    const page = Buffer.from(bytes.subarray(at, end));
    const stated = page.readUInt32LE(22);
    page.writeUInt32LE(0, 22);
    expect(slowChecksum(page)).toBe(stated);
    pages.push({ type: page[5]!, granule: Number(page.readBigUInt64LE(6)), number: page.readUInt32LE(18) });
    at = end;
  }
  expect(pages.map(({ number }) => number)).toEqual(pages.map((_, index) => index));
  expect(pages.map(({ type }) => type)).toEqual([2, ...Array(pages.length - 2).fill(0), 4]);
  expect(pages.slice(2, 4).map(({ granule }) => granule)).toEqual([48_000, 96_000]);
  expect(pages.at(-1)?.granule).toBe(25 * 48_000 + 312);
});

/** Bit by bit, as RFC 3533 defines it. */
function slowChecksum(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) {
    value = (value ^ (byte << 24)) >>> 0;
    for (let bit = 0; bit < 8; bit++) value = ((value << 1) ^ (value & 0x80000000 ? 0x04c11db7 : 0)) >>> 0;
  }
  return value;
}
