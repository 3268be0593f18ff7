import { expect, test } from 'vitest';
import { box, fullBox, uint32, uint64 } from '../../../../pipeline/model/mp4/box.ts';
import { MOVIE_HEADER_BYTES, statedMovieTicks } from '../../../../pipeline/model/mp4/movie-duration.ts';

const short = (timescale: number, duration: number) => fullBox('mvhd', 0, 0, uint32(0, 0, timescale, duration), new Uint8Array(80));
const long = (timescale: number, duration: number) =>
  fullBox('mvhd', 1, 0, uint64(0), uint64(0), uint32(timescale), uint64(duration), new Uint8Array(80));
const headOf = (...children: Uint8Array[]) => box('moov', ...children).subarray(0, MOVIE_HEADER_BYTES);

test.each([
  ['in milliseconds', headOf(short(1000, 7_200_040)), 648_003_600],
  ['in a long field', headOf(long(90_000, 2 ** 33)), 2 ** 33],
  ['not at all: it has fragments', headOf(short(1000, 0)), undefined],
  ['that it does not know', headOf(short(1000, 0xffffffff)), undefined],
  ['without a clock', headOf(short(0, 1000)), undefined],
  ['after other boxes', headOf(box('udta', new Uint8Array(8)), short(1000, 1000)), undefined],
  ['and is cut off', headOf(short(1000, 1000)).subarray(0, 30), undefined],
])('a movie says its length %s', (_, bytes, ticks) => {
  expect(statedMovieTicks(bytes)).toBe(ticks);
});
