import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ascii, BoxError, box, concatBytes, fullBox, uint32 } from '../../../../pipeline/model/mp4/box.ts';
import { parseFragments, renderFragment, renderSegmentType, type SampleInput } from '../../../../pipeline/model/mp4/fragment.ts';

const sample = fc.record<SampleInput>({
  durationTicks: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  compositionOffsetTicks: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  isSync: fc.boolean(),
  data: fc.uint8Array({ maxLength: 20 }),
});
const fragment = fc.record({
  sequenceNumber: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  baseDecodeTicks: fc.integer({ min: 0, max: 2 ** 53 - 1 }),
  samples: fc.array(sample, { maxLength: 12 }),
});

function data(byte: number): SampleInput {
  return { durationTicks: 10, compositionOffsetTicks: 0, isSync: true, data: Uint8Array.of(byte) };
}

/** A moof with a trun of one's own making. */
function moofWith(trun: Uint8Array, tfhd: Uint8Array = fullBox('tfhd', 0, 0x020000, uint32(1))): Uint8Array {
  return box('moof', fullBox('mfhd', 0, 0, uint32(1)), box('traf', tfhd, trun));
}

describe('fragments', () => {
  test('come back as they were written, each sample’s bytes where it says', () => {
    fc.assert(
      fc.property(fc.array(fragment, { minLength: 1, maxLength: 3 }), (written) => {
        const bytes = concatBytes([renderSegmentType(), ...written.map(renderFragment)]);
        const parsed = parseFragments(bytes).map((read) => ({
          sequenceNumber: read.sequenceNumber,
          baseDecodeTicks: read.baseDecodeTicks,
          samples: read.samples.map(({ durationTicks, compositionOffsetTicks, isSync, dataOffset, sizeBytes }) => ({
            durationTicks,
            compositionOffsetTicks,
            isSync,
            data: bytes.slice(dataOffset, dataOffset + sizeBytes),
          })),
        }));
        expect(parsed).toEqual(written);
      }),
    );
  });

  test('without reordering state no composition offsets', () => {
    const plain = renderFragment({ sequenceNumber: 1, baseDecodeTicks: 0, samples: [data(1), data(2)] });
    const offset = renderFragment({ sequenceNumber: 1, baseDecodeTicks: 0, samples: [data(1), { ...data(2), compositionOffsetTicks: 1 }] });
    expect(offset.length - plain.length).toBe(8);
  });

  test.each<[string, number, Partial<SampleInput>]>([
    ['a negative composition offset', 0, { compositionOffsetTicks: -1 }],
    ['a negative duration', 0, { durationTicks: -1 }],
    ['a start before zero', -1, {}],
  ])('with %s are refused', (_, baseDecodeTicks, change) => {
    expect(() => renderFragment({ sequenceNumber: 1, baseDecodeTicks, samples: [{ ...data(1), ...change }] })).toThrow(BoxError);
  });

  test('of other makers: defaults of trex and tfhd, first-sample flags, signed offsets, decode times before zero', () => {
    const tfhd = fullBox('tfhd', 0, 0x020000 | 0x08 | 0x20, uint32(7), uint32(512), uint32(0x01010000));
    const trun = fullBox('trun', 1, 0x01 | 0x04 | 0x800, uint32(2, 200, 0x02000000), uint32(3, -3));
    const moof = box('moof', fullBox('mfhd', 0, 0, uint32(9)), box('traf', tfhd, fullBox('tfdt', 1, 0, uint32(-1, -1024)), trun));
    expect(parseFragments(moof, { durationTicks: 1, sizeBytes: 40, flags: 0 })).toEqual([
      {
        sequenceNumber: 9,
        trackId: 7,
        baseDecodeTicks: -1024,
        samples: [
          { durationTicks: 512, sizeBytes: 40, compositionOffsetTicks: 3, isSync: true, dataOffset: 200 },
          { durationTicks: 512, sizeBytes: 40, compositionOffsetTicks: -3, isSync: false, dataOffset: 240 },
        ],
      },
    ]);
  });

  test('a 32-bit tfdt is read', () => {
    const moof = box(
      'moof',
      fullBox('mfhd', 0, 0, uint32(1)),
      box('traf', fullBox('tfhd', 0, 0, uint32(1)), fullBox('tfdt', 0, 0, uint32(77))),
    );
    expect(parseFragments(moof)[0]?.baseDecodeTicks).toBe(77);
  });

  test('samples of several runs lie one after the other where only the first states its place', () => {
    const runs = [fullBox('trun', 0, 0x201, uint32(1, 100, 5)), fullBox('trun', 0, 0x200, uint32(2, 6, 7))];
    const moof = box('moof', fullBox('mfhd', 0, 0, uint32(1)), box('traf', fullBox('tfhd', 0, 0x020000, uint32(1)), ...runs));
    expect(parseFragments(moof)[0]?.samples.map(({ dataOffset }) => dataOffset)).toEqual([100, 105, 111]);
  });

  test.each<[string, Uint8Array]>([
    ['a run that states more samples than it holds', moofWith(fullBox('trun', 0, 0x200, uint32(3, 1, 2)))],
    ['four thousand million samples without a field of their own', moofWith(fullBox('trun', 0, 0, uint32(0xffffffff)))],
    ['a run without a count', moofWith(fullBox('trun', 0, 0))],
    ['a track header that is cut off', moofWith(fullBox('trun', 0, 0, uint32(0)), fullBox('tfhd', 0, 0x08, uint32(1)))],
    ['an empty track header', moofWith(fullBox('trun', 0, 0, uint32(0)), box('tfhd'))],
    ['no track', box('moof', fullBox('mfhd', 0, 0, uint32(1)))],
    ['no header', box('moof', box('traf', fullBox('tfhd', 0, 0, uint32(1))))],
    [
      'a decode time that is cut off',
      box('moof', fullBox('mfhd', 0, 0, uint32(1)), box('traf', fullBox('tfhd', 0, 0, uint32(1)), fullBox('tfdt', 1, 0, uint32(0)))),
    ],
    [
      'a decode time past all integers',
      box(
        'moof',
        fullBox('mfhd', 0, 0, uint32(1)),
        box('traf', fullBox('tfhd', 0, 0, uint32(1)), fullBox('tfdt', 1, 0, uint32(0x7fffffff, 0))),
      ),
    ],
  ])('with %s are refused', (_, bytes) => {
    expect(() => parseFragments(bytes)).toThrow(BoxError);
  });

  test('with any byte changed are read or refused with a BoxError', () => {
    const bytes = concatBytes([
      renderFragment({ sequenceNumber: 1, baseDecodeTicks: 5, samples: [data(1), { ...data(2), compositionOffsetTicks: 4 }] }),
    ]);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(bytes.length),
        (changes, length) => {
          const broken = Uint8Array.from(bytes);
          for (const [at, value] of changes) broken[at] = value;
          try {
            parseFragments(broken.subarray(0, length));
          } catch (error) {
            expect(error).toBeInstanceOf(BoxError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('a segment names its type once, before its first fragment', () => {
    expect(new TextDecoder().decode(renderSegmentType())).toContain('stypmsdh');
    expect(ascii('styp')).toEqual(renderSegmentType().slice(4, 8));
  });

  test('times beyond 32 bits survive', () => {
    const moof = renderFragment({ sequenceNumber: 1, baseDecodeTicks: 2 ** 45 + 1, samples: [data(1)] });
    expect(parseFragments(moof)[0]?.baseDecodeTicks).toBe(2 ** 45 + 1);
  });
});
