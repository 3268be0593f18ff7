import { describe, expect, test } from 'vitest';
import { completenessOf } from '../../../pipeline/ingest/container-completeness.ts';

type Bytes = number[];

const u32 = (value: number): Bytes => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const u32le = (value: number): Bytes => u32(value).reverse();
const u64 = (value: number): Bytes => [...u32(Math.floor(value / 2 ** 32)), ...u32(value >>> 0)];
const text = (value: string): Bytes => [...value].map((character) => character.charCodeAt(0));
const box = (type: string, ...payload: Bytes[]): Bytes => [...u32(8 + payload.flat().length), ...text(type), ...payload.flat()];
const media = (length: number): Bytes => Array.from({ length }, (_, i) => (i % 250) + 1);
const zeros = (length: number): Bytes => new Array(length).fill(0);

/** The answer for these bytes, with every read counted: the check must stay cheap. */
async function completeness(...parts: Bytes[]): Promise<string> {
  const bytes = Uint8Array.from(parts.flat());
  let bytesRead = 0;
  const answer = await completenessOf({
    sizeBytes: bytes.length,
    async read(offset, length) {
      const part = bytes.slice(offset, offset + length);
      bytesRead += part.length;
      return new DataView(part.buffer);
    },
  });
  expect(bytesRead).toBeLessThan(200_000);
  return answer;
}

const ftyp = box('ftyp', text('isom'), u32(0), text('isom'));
const moov = box('moov', box('mvhd', zeros(100)), box('trak', media(40)));
const mdat = box('mdat', media(9_000));

describe('MP4', () => {
  test('is complete with moov and mdat in either order', async () => {
    expect(await completeness(ftyp, moov, mdat)).toBe('complete');
    expect(await completeness(ftyp, mdat, moov)).toBe('complete');
    expect(await completeness(ftyp, box('free', zeros(5_000)), mdat, moov, box('free', zeros(5_000)))).toBe('complete');
  });

  test('is complete with a 64-bit mdat and with a camera’s stray bytes at the end', async () => {
    const large = [...u32(1), ...text('mdat'), ...u64(16 + 500), ...media(500)];
    expect(await completeness(ftyp, large, moov, [0, 0])).toBe('complete');
  });

  test('is incomplete at every length short of the whole', async () => {
    for (const whole of [
      [ftyp, moov, mdat],
      [ftyp, mdat, moov],
    ]) {
      const bytes = whole.flat();
      for (let length = 1; length < bytes.length; length += 37) {
        expect(await completeness(bytes.slice(0, length)), `first ${length} bytes`).toBe('incomplete');
      }
    }
  });

  test('is never complete while the end of its reserved space is empty', async () => {
    for (const whole of [
      [ftyp, moov, mdat],
      [ftyp, mdat, moov],
    ]) {
      const bytes = whole.flat();
      for (let length = 0; length < bytes.length - 4_096; length += 997) {
        const answer = await completeness(bytes.slice(0, length), zeros(bytes.length - length));
        expect(answer, `${length} bytes arrived`).not.toBe('complete');
      }
    }
  });

  test('is incomplete while a recorder has not written moov, and in doubt when mdat states no size', async () => {
    const openEnded = [...u32(0), ...text('mdat'), ...media(300)];
    expect(await completeness(ftyp, openEnded)).toBe('incomplete');
    expect(await completeness(ftyp, moov, openEnded)).toBe('unknown');
  });

  test('does not believe a moov whose children do not fill it', async () => {
    expect(await completeness(ftyp, mdat, box('moov', box('mvhd', zeros(100)), zeros(60)))).toBe('incomplete');
    expect(await completeness(ftyp, mdat, box('moov'))).toBe('incomplete');
  });

  test('does not follow a size beyond the file or below a header', async () => {
    expect(await completeness(ftyp, [...u32(1), ...text('mdat'), ...u32(0xffffffff), ...u32(0xffffffff)], moov)).toBe('incomplete');
    expect(await completeness(ftyp, [...u32(3), ...text('free')], moov, mdat)).toBe('incomplete');
  });

  test('in fragments is complete only with its index at the end: otherwise more may come', async () => {
    const fragments = [ftyp, moov, box('moof', media(80)), mdat].map((part) => [...part]);
    const mfra = box('mfra', box('tfra', media(24)), box('mfro', u32(0), u32(8 + 32 + 16)));
    expect(await completeness(...fragments, mfra)).toBe('complete');
    expect(await completeness(...fragments)).toBe('unknown');
    expect(await completeness(...fragments, mfra.slice(0, -3))).toBe('unknown');
  });
});

describe('Matroska', () => {
  const vint = (value: number): Bytes => [0x10 | (value >>> 24), (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  const element = (id: Bytes, payload: Bytes): Bytes => [...id, ...vint(payload.length), ...payload];
  const ebml = element([0x1a, 0x45, 0xdf, 0xa3], [0x42, 0x82, 0x84, ...text('webm')]);
  const cluster = element([0x1f, 0x43, 0xb6, 0x75], media(6_000));
  const segmentId = [0x18, 0x53, 0x80, 0x67];
  const unknownSize = [0x01, 255, 255, 255, 255, 255, 255, 255];
  const cuesId = [0x1c, 0x53, 0xbb, 0x6b];
  const cues = element(cuesId, media(50));
  const seekHead = (position: number): Bytes =>
    element([0x11, 0x4d, 0x9b, 0x74], element([0x4d, 0xbb], [0x53, 0xab, 0x84, ...cuesId, 0x53, 0xac, 0x84, ...u32(position)]));

  test('is complete when it reaches the segment’s stated size, and incomplete before', async () => {
    const bytes = [ebml, element(segmentId, cluster)].flat();
    expect(await completeness(bytes)).toBe('complete');
    for (let length = 1; length < bytes.length; length += 41) {
      expect(await completeness(bytes.slice(0, length)), `first ${length} bytes`).toBe('incomplete');
    }
  });

  test('is in doubt when the end of its stated size is empty', async () => {
    const bytes = [ebml, element(segmentId, cluster)].flat();
    expect(await completeness(bytes.slice(0, 1_500), zeros(bytes.length - 1_500))).toBe('unknown');
  });

  test('without a stated size is complete when the Cues that its SeekHead names are there', async () => {
    const position = seekHead(0).length + cluster.length;
    const whole = [ebml, segmentId, unknownSize, seekHead(position), cluster, cues].flat();
    expect(await completeness(whole)).toBe('complete');
    expect(await completeness(whole.slice(0, -5))).toBe('unknown');
    expect(await completeness(ebml, segmentId, unknownSize, cluster)).toBe('unknown');
  });
});

describe('Ogg', () => {
  const page = (flags: number, payload: Bytes): Bytes => {
    const lacing = [...new Array(Math.floor(payload.length / 255)).fill(255), payload.length % 255];
    return [...text('OggS'), 0, flags, ...zeros(20), lacing.length, ...lacing, ...payload];
  };

  test('is complete when its last page ends the file and the stream', async () => {
    expect(await completeness(page(2, media(30)), page(0, media(4_000)), page(4, media(900)))).toBe('complete');
  });

  test('is in doubt without the end-of-stream flag and incomplete within a page', async () => {
    expect(await completeness(page(2, media(30)), page(0, media(900)))).toBe('unknown');
    expect(await completeness(page(2, media(30)), page(4, media(900)).slice(0, -1))).toBe('incomplete');
  });
});

describe('RIFF', () => {
  const wav = (size: number, payload: Bytes): Bytes => [...text('RIFF'), ...u32le(size), ...text('WAVE'), ...payload];

  test('is complete at its stated size and incomplete before', async () => {
    expect(await completeness(wav(4 + 5_000, media(5_000)))).toBe('complete');
    expect(await completeness(wav(4 + 5_000, media(5_000)), text('ID3 tag at the end'))).toBe('complete');
    expect(await completeness(wav(4 + 5_000, media(4_999)))).toBe('incomplete');
  });

  test('of several parts (OpenDML) is complete with the last of them', async () => {
    const first = wav(4 + 100, media(100));
    expect(await completeness(first, wav(4 + 900, media(900)))).toBe('complete');
    expect(await completeness(first, wav(4 + 900, media(800)))).toBe('incomplete');
  });

  test('is in doubt with the sizes that recorders and pipes leave, and with an empty end', async () => {
    expect(await completeness(wav(0, media(500)))).toBe('unknown');
    expect(await completeness(wav(0xffffffff, media(500)))).toBe('unknown');
    expect(await completeness(wav(4 + 9_000, [...media(2_000), ...zeros(7_000)]))).toBe('unknown');
  });

  test('in 64 bits takes its size from ds64', async () => {
    const rf64 = (size: number): Bytes => [
      ...text('RF64'),
      ...u32le(0xffffffff),
      ...text('WAVEds64'),
      ...u32le(28),
      ...u32le(size),
      ...u32le(0),
    ];
    expect(await completeness(rf64(24 + 600 - 4), media(600))).toBe('complete');
    expect(await completeness(rf64(24 + 600), media(500))).toBe('incomplete');
  });
});

describe('anything else', () => {
  test('an empty file, a few bytes and reserved space are incomplete', async () => {
    expect(await completeness()).toBe('incomplete');
    expect(await completeness(media(15))).toBe('incomplete');
    expect(await completeness(zeros(9_000))).toBe('incomplete');
  });

  test('a container that says nothing of its end, and text, are unknown', async () => {
    expect(await completeness([0x47, ...media(187), 0x47, ...media(187)])).toBe('unknown');
    expect(await completeness(text('this is not a film, it is a sentence'))).toBe('unknown');
  });
});
