import { describe, expect, test } from 'vitest';
import { renderEsds } from '../../../../pipeline/model/mp4/audio-configuration.ts';
import { renderAvcDecoderConfiguration } from '../../../../pipeline/model/mp4/avc-configuration.ts';
import { ascii, BoxError, box, fullBox, uint8, uint16, uint32, uint64 } from '../../../../pipeline/model/mp4/box.ts';
import { readMovieTrack } from '../../../../pipeline/model/mp4/movie-track.ts';
import { syntheticSps } from '../hls/audit/synthetic-sps.ts';

const SPS = syntheticSps({ width: 320, height: 180, level: 13 });
const PPS = Uint8Array.of(0x68, 1, 2);
const CONFIG = Uint8Array.of(0x11, 0x90);

const AVC1 = box('avc1', new Uint8Array(78), box('avcC', renderAvcDecoderConfiguration([SPS], [PPS])));
const MP4A = box('mp4a', new Uint8Array(28), fullBox('esds', 0, 0, renderEsds(CONFIG, 128_000)));
/** As QuickTime has it: a sound description of version 1, its boxes in `wave`, zeros at the end. */
const QUICKTIME_MP4A = box(
  'mp4a',
  ...[new Uint8Array(8), uint16(1), new Uint8Array(34)],
  box('wave', box('frma', ascii('mp4a')), fullBox('esds', 0, 0, renderEsds(CONFIG, 128_000)), box('\0\0\0\0')),
  uint32(0),
);

interface Described {
  entries?: Uint8Array[];
  edits?: [durationTicks: number, mediaTicks: number][];
  offsets?: Uint8Array;
  chunks?: Uint8Array;
  moreTables?: Uint8Array[];
}

/** Five samples of 100, 200, … 500 bytes: three in a chunk at 1000, two in one at 9000; the second keyframe is the fourth. */
function movie({ entries = [AVC1], edits, offsets, chunks, moreTables = [] }: Described = {}, ...more: Uint8Array[]): Uint8Array {
  const stbl = box(
    'stbl',
    fullBox('stsd', 0, 0, uint32(entries.length), ...entries),
    fullBox('stts', 0, 0, uint32(2, 4, 512, 1, 400)),
    fullBox('stsz', 0, 0, uint32(0, 5, 100, 200, 300, 400, 500)),
    chunks ?? fullBox('stsc', 0, 0, uint32(2, 1, 3, 1, 2, 2, 1)),
    offsets ?? fullBox('stco', 0, 0, uint32(2, 1000, 9000)),
    ...moreTables,
  );
  const list = edits?.flatMap(([duration, media]) => [uint32(duration, media, 0x10000)]) ?? [];
  const track = box(
    'trak',
    ...(edits ? [box('edts', fullBox('elst', 0, 0, uint32(edits.length), ...list))] : []),
    box('mdia', fullBox('mdhd', 0, 0, uint32(0, 0, 12_800, 0, 0)), box('minf', stbl)),
  );
  return box('moov', fullBox('mvhd', 0, 0, uint32(0, 0, 1000, 0)), track, ...more);
}

describe('the samples of a track', () => {
  test('have their places, sizes and times', () => {
    const offsets = fullBox('ctts', 1, 0, uint32(2, 1, 1024, 4, -512 >>> 0));
    const keyframes = fullBox('stss', 0, 0, uint32(2, 1, 4));
    const { samples, timescale, sampleEntry } = readMovieTrack(movie({ moreTables: [offsets, keyframes] }), 0)!;
    expect({ timescale, sampleEntry }).toEqual({ timescale: 12_800, sampleEntry: 'avc1' });
    expect([...samples.offsets]).toEqual([1000, 1100, 1300, 9000, 9400]);
    expect([...samples.sizes]).toEqual([100, 200, 300, 400, 500]);
    expect([...samples.compositionTimes]).toEqual([1024, 0, 512, 1024, 1536]);
    expect([...samples.syncSamples!]).toEqual([0, 3]);
  });

  test('lie beyond four gigabytes', () => {
    const offsets = fullBox('co64', 0, 0, uint32(2), uint64(5e9), uint64(6e9));
    expect([...readMovieTrack(movie({ offsets }), 0)!.samples.offsets]).toEqual([5e9, 5e9 + 100, 5e9 + 300, 6e9, 6e9 + 400]);
  });

  test.each<[string, Described['edits'], object | undefined]>([
    ['none', undefined, { shiftTicks: 0 }],
    ['one that leaves out the start', [[2000, 1024]], { shiftTicks: -1024, editStartTicks: 0, editEndTicks: 25_600 }],
    ['one that lasts to the end', [[0, 512]], { shiftTicks: -512, editStartTicks: 0 }],
    ['a late start', [[500, 0xffffffff], [2000, 0]], { shiftTicks: 6400, editStartTicks: 6400, editEndTicks: 32_000 }], // biome-ignore format: pairs
    ['a film put together', [[500, 0], [500, 9000]], undefined], // biome-ignore format: pairs
    ['nothing but a late start', [[500, 0xffffffff]], undefined],
  ])('edits: %s', (_, edits, expected) => {
    const track = readMovieTrack(movie(edits ? { edits } : {}), 0);
    if (expected) expect(track).toMatchObject(expected);
    else expect(track).toBeUndefined();
  });
});

test('what a decoder needs is in the sample entry', () => {
  expect(readMovieTrack(movie(), 0)?.avc).toMatchObject({ sps: [SPS], pps: [PPS], lengthBytes: 4 });
  for (const entry of [MP4A, QUICKTIME_MP4A]) expect(readMovieTrack(movie({ entries: [entry] }), 0)?.audioSpecificConfig).toEqual(CONFIG);
});

test.each([
  ['fragments', movie({}, box('mvex')), 0],
  ['two descriptions', movie({ entries: [AVC1, AVC1] }), 0],
  ['no description', movie({ entries: [] }), 0],
  ['a track that is not there', movie(), 1],
])('of %s nothing is taken', (_, bytes, index) => {
  expect(readMovieTrack(bytes, index)).toBeUndefined();
});

test.each([
  ['a chunk that is nowhere', movie({ offsets: fullBox('stco', 0, 0, uint32(1, 1000)) })],
  ['too few places', movie({ chunks: fullBox('stsc', 0, 0, uint32(1, 1, 1, 1)) })],
  ['samples of another description', movie({ chunks: fullBox('stsc', 0, 0, uint32(1, 1, 3, 2)) })],
  ['more entries than bytes', movie({ moreTables: [fullBox('stss', 0, 0, uint32(1_000_000, 1))] })],
  ['a movie that is cut off', movie().subarray(0, -8)],
  ['a configuration of another version', movie({ entries: [box('avc1', new Uint8Array(78), box('avcC', uint8(9, 9)))] })],
])('%s: refused', (_, bytes) => {
  expect(() => readMovieTrack(bytes, 0)).toThrow(BoxError);
});
