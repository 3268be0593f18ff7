import { describe, expect, test } from 'vitest';
import { BoxError, concatBytes } from '../../../../pipeline/model/mp4/box.ts';
import { checkSegment } from '../../../../pipeline/model/mp4/check-segment.ts';
import { renderFragment, renderSegmentType, type SampleInput } from '../../../../pipeline/model/mp4/fragment.ts';

const RANGE = { startTicks: 9000, endTicks: 9090 };

function samples(): SampleInput[] {
  return [0, 1, 2].map((index) => ({
    durationTicks: 30,
    compositionOffsetTicks: index === 1 ? 30 : 0,
    isSync: index === 0,
    data: new Uint8Array(10),
  }));
}

function segment(baseDecodeTicks = 9000, given: SampleInput[] = samples()): Uint8Array {
  return concatBytes([renderSegmentType(), renderFragment({ sequenceNumber: 1, baseDecodeTicks, samples: given })]);
}

describe('a segment', () => {
  test('as planned passes', () => {
    expect(() => checkSegment(segment(), RANGE)).not.toThrow();
  });

  test('of several fragments that follow on each other passes', () => {
    const [first, ...rest] = samples() as [SampleInput, ...SampleInput[]];
    const two = concatBytes([segment(9000, [first]), renderFragment({ sequenceNumber: 2, baseDecodeTicks: 9030, samples: rest })]);
    expect(() => checkSegment(two, RANGE)).not.toThrow();
  });

  test.each<[string, Uint8Array, string]>([
    ['starts elsewhere', segment(9001), 'starts at 9001, planned 9000'],
    ['ends early', segment(9000, samples().slice(0, 2)), 'ends at 9060, planned 9090'],
    [
      'does not begin with a sync sample',
      segment(
        9000,
        samples().map((sample) => ({ ...sample, isSync: false })),
      ),
      'sync sample',
    ],
    ['is cut off', segment().subarray(0, -1), 'reaches past'],
    ['holds no fragment', renderSegmentType(), 'ends at 9000'],
    [
      'leaves a hole between fragments',
      concatBytes([
        segment(9000, samples().slice(0, 1)),
        renderFragment({ sequenceNumber: 2, baseDecodeTicks: 9031, samples: samples().slice(1) }),
      ]),
      'starts at 9031, planned 9030',
    ],
  ])('that %s is refused', (_, bytes, message) => {
    expect(() => checkSegment(bytes, RANGE)).toThrow(BoxError);
    expect(() => checkSegment(bytes, RANGE)).toThrow(message);
  });

  test('that shows a sample before it is decoded is refused', () => {
    const bytes = segment();
    // Version 1 of trun has signed offsets: the second sample's becomes −30.
    const trun = new TextDecoder('latin1').decode(bytes).indexOf('trun') + 4;
    const view = new DataView(bytes.buffer);
    view.setUint8(trun, 1);
    view.setInt32(trun + 12 + 16 + 12, -30);
    expect(() => checkSegment(bytes, RANGE)).toThrow('shown before it is decoded');
  });

  test('whose sample sizes add up to more than its bytes is refused', () => {
    const bytes = segment();
    const trun = new TextDecoder('latin1').decode(bytes).indexOf('trun') + 4;
    new DataView(bytes.buffer).setUint32(trun + 12 + 4, 1000);
    expect(() => checkSegment(bytes, RANGE)).toThrow('reaches past the segment');
  });
});
