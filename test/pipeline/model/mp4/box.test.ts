import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ascii,
  BoxError,
  box,
  concatBytes,
  findBox,
  fullBox,
  readBoxes,
  readBoxHeader,
  requireBox,
  uint8,
  uint16,
  uint32,
  uint64,
} from '../../../../pipeline/model/mp4/box.ts';

const FREE = box('free', uint8(1, 2, 3));

describe('writing', () => {
  test('a box is its size, its type and its pieces, however they nest', () => {
    expect([...box('moof', uint8(1), [uint16(2, 3), [ascii('ab')]])]).toEqual([0, 0, 0, 15, 109, 111, 111, 102, 1, 0, 2, 0, 3, 97, 98]);
  });

  test('a full box has a version and flags', () => {
    expect([...fullBox('tfdt', 1, 0x020003)]).toEqual([0, 0, 0, 12, ...ascii('tfdt'), 1, 2, 0, 3]);
  });

  test('integers are big-endian; negative ones in two’s complement', () => {
    expect([...uint32(1, -2)]).toEqual([0, 0, 0, 1, 255, 255, 255, 254]);
    expect([...uint64(2 ** 40 + 5)]).toEqual([0, 0, 1, 0, 0, 0, 0, 5]);
  });
});

describe('reading', () => {
  test('boxes come in order, with where their bodies start and end', () => {
    const bytes = concatBytes([FREE, box('mdat'), FREE]);
    expect(readBoxes(bytes)).toEqual([
      { type: 'free', start: 0, bodyStart: 8, end: 11 },
      { type: 'mdat', start: 11, bodyStart: 19, end: 19 },
      { type: 'free', start: 19, bodyStart: 27, end: 30 },
    ]);
  });

  test('bytes that start within a larger buffer are read from their own start', () => {
    const bytes = concatBytes([uint8(9, 9, 9), FREE]).subarray(3);
    expect(readBoxes(bytes)).toEqual([{ type: 'free', start: 0, bodyStart: 8, end: 11 }]);
  });

  test('a 64-bit size is read, and its header is twice as long', () => {
    const large = concatBytes([uint32(1), ascii('mdat'), uint64(20), uint32(7)]);
    expect(readBoxes(large)).toEqual([{ type: 'mdat', start: 0, bodyStart: 16, end: 20 }]);
  });

  test('a size of 0 reaches to the end of what encloses it', () => {
    const open = concatBytes([uint32(0), ascii('mdat'), uint32(7)]);
    expect(readBoxes(concatBytes([FREE, open]))[1]).toEqual({ type: 'mdat', start: 11, bodyStart: 19, end: 23 });
  });

  test.each<[string, Uint8Array]>([
    ['a header that is cut off', FREE.subarray(0, 7)],
    ['a body that is cut off', FREE.subarray(0, 10)],
    ['a size below that of a header', concatBytes([uint32(7), ascii('free')])],
    ['a 64-bit size below that of its header', concatBytes([uint32(1), ascii('mdat'), uint64(15)])],
    ['a 64-bit size that is cut off', concatBytes([uint32(1), ascii('mdat'), uint32(0)])],
    ['a 64-bit size past all integers', concatBytes([uint32(1), ascii('mdat'), uint32(0x7fffffff, 0xffffffff)])],
  ])('%s is refused', (_, bytes) => {
    expect(() => readBoxes(bytes)).toThrow(BoxError);
  });

  test('a box that reaches past its parent is refused, though there are bytes behind it', () => {
    const inner = concatBytes([uint32(20), ascii('traf')]);
    const bytes = concatBytes([box('moof', inner), FREE, FREE]);
    const [moof] = readBoxes(bytes);
    expect(() => readBoxes(bytes, moof?.bodyStart, moof?.end)).toThrow('traf');
  });

  test('an error says at which byte', () => {
    expect(() => readBoxes(concatBytes([FREE, uint32(3), ascii('bad!')]))).toThrow('(at byte 11)');
  });

  test('a header that has not all arrived is not an error of the header reader', () => {
    expect(readBoxHeader(FREE.subarray(0, 7), 0)).toBeUndefined();
    expect(readBoxHeader(FREE.subarray(0, 8), 0)).toMatchObject({ type: 'free', end: 11 });
  });

  test('a path leads through plain containers', () => {
    const bytes = concatBytes([FREE, box('moov', FREE, box('trak', box('tkhd', uint8(5)))), FREE]);
    expect(findBox(bytes, ['moov', 'trak', 'tkhd'])).toMatchObject({ type: 'tkhd', start: 38, end: 47 });
    expect(findBox(bytes, ['moov', 'mdia', 'tkhd'])).toBeUndefined();
    expect(() => requireBox(bytes, ['moov', 'mdia'])).toThrow("no 'moov/mdia' box");
  });

  test('any bytes at all are read or refused, never outside themselves', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          for (const one of readBoxes(bytes)) expect(one.end).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(BoxError);
        }
      }),
    );
  });
});
