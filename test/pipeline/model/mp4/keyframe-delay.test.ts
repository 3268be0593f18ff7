import { expect, test } from 'vitest';
import { ascii, BoxError, box, fullBox, uint32 } from '../../../../pipeline/model/mp4/box.ts';
import { readKeyframeDelay } from '../../../../pipeline/model/mp4/keyframe-delay.ts';

interface Track {
  handler?: string;
  /** Runs of [samples, offset]. */
  offsets?: [number, number][];
  syncSamples?: number[];
}

function track({ handler = 'vide', offsets, syncSamples }: Track): Uint8Array {
  const runs = (offsets ?? []).flatMap(([samples, offset]) => [uint32(samples), uint32(offset >>> 0)]);
  const tables = [
    ...(offsets ? [fullBox('ctts', 1, 0, uint32(offsets.length), ...runs)] : []),
    ...(syncSamples ? [fullBox('stss', 0, 0, uint32(syncSamples.length), ...syncSamples.map((sample) => uint32(sample)))] : []),
  ];
  const header = fullBox('mdhd', 0, 0, uint32(0), uint32(0), uint32(12_800), uint32(0), uint32(0));
  const kind = fullBox('hdlr', 0, 0, uint32(0), ascii(handler), uint32(0), uint32(0), uint32(0));
  return box('trak', box('mdia', header, kind, box('minf', box('stbl', ...tables))));
}

const OFFSETS: [number, number][] = [
  [1, 1024],
  [3, 4096],
  [1, 2048],
  [2, 8192],
];

test.each<[string, Track, number]>([
  ['the largest offset of a sync sample, not of any', { offsets: OFFSETS, syncSamples: [1, 5] }, 2048],
  ['a sync sample that ends a run', { offsets: OFFSETS, syncSamples: [4] }, 4096],
  ['any sample where all are sync samples', { offsets: OFFSETS }, 8192],
  ['counted from the smallest where that is negative', { offsets: [[1, 0], [1, -512]], syncSamples: [1] }, 512], // biome-ignore format: pairs
  ['none without offsets', { syncSamples: [1] }, 0],
])('a keyframe is shown late by %s', (_, described, ticks) => {
  const movie = box('moov', track({ handler: 'soun' }), track(described));
  expect(readKeyframeDelay(movie, 1)).toEqual({ ticks, timescale: 12_800 });
});

test.each([
  ['a sound', box('moov', track({ handler: 'soun' }))],
  ['a track that is not there', box('moov')],
  ['fragments', box('moov', track({}), box('mvex'))],
])('of %s nothing is known', (_, movie) => {
  expect(readKeyframeDelay(movie, 0)).toBeUndefined();
});

test('a table that is cut off is refused', () => {
  const movie = box('moov', track({ offsets: OFFSETS, syncSamples: [1] }));
  expect(() => readKeyframeDelay(movie.subarray(0, -4), 0)).toThrow(BoxError);
});
