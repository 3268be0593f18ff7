import { describe, expect, test } from 'vitest';
import { countRestarts, findClock } from '../../../pipeline/ffmpeg/ts-clock.ts';

const WRAP = 2 ** 33;

describe('a clock that is read at many places', () => {
  test.each<[string, number[], number]>([
    ['goes on', [100, 90_100, 180_100, 900_000], 0],
    ['begins anew in the middle', [0, 900_000, 1_800_000, 0, 900_000], 1],
    ['begins anew twice', [500_000, 900_000, 500_000, 900_000, 500_000], 2],
    ['passes the end of its 33 bits', [WRAP - 90_000, 90_000], 0],
    ['goes back by what a splice is off by', [900_000, 850_000, 1_800_000], 0],
    ['was found once', [5], 0],
    ['was never found', [], 0],
  ])('%s', (_, times, restarts) => {
    expect(countRestarts(times)).toBe(restarts);
  });
});

/** A packet of a PID, with a clock reference where one is stated. */
function packet(stride: number, pid: number, ticks?: number): Buffer {
  const bytes = Buffer.alloc(stride, 0xff);
  bytes.set([0x47, pid >> 8, pid & 0xff, ticks === undefined ? 0x10 : 0x30, 183, 0x10]);
  if (ticks === undefined) return bytes;
  bytes.writeUInt32BE(Math.floor(ticks / 2), 6);
  bytes[10] = (ticks % 2) * 0x80;
  return bytes;
}

describe('a clock reference', () => {
  test.each([188, 192, 204])('is found wherever one looks into packets of %i bytes', (stride) => {
    const packets = [
      packet(stride, 17),
      packet(stride, 17),
      packet(stride, 256, WRAP - 1),
      packet(stride, 257, 7),
      ...[1, 2, 3].map((pid) => packet(stride, pid)),
    ];
    const bytes = Buffer.concat(packets).subarray(5);
    expect(findClock(bytes)).toEqual({ pid: 256, ticks: WRAP - 1 });
    expect(findClock(bytes, 257)).toEqual({ pid: 257, ticks: 7 });
    expect(findClock(bytes, 999)).toBeUndefined();
  });

  test('is not found in what are no packets', () => {
    expect(findClock(Buffer.alloc(10_000, 1))).toBeUndefined();
    expect(findClock(Buffer.alloc(0))).toBeUndefined();
  });
});
