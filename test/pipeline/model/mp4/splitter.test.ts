import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ascii, BoxError, box, concatBytes, uint32 } from '../../../../pipeline/model/mp4/box.ts';
import { renderFragment, type SampleInput } from '../../../../pipeline/model/mp4/fragment.ts';
import { renderInitSegment } from '../../../../pipeline/model/mp4/init-segment.ts';
import { Splitter, type SplitterEvent } from '../../../../pipeline/model/mp4/splitter.ts';
import { FFMPEG_VIDEO_INIT } from './recorded-init-segments.ts';

const INIT = renderInitSegment({ kind: 'audio', timescale: 48_000, channels: 2, bitrateBps: 128_000 });

function sample(byte: number, compositionOffsetTicks = 0, isSync = true): SampleInput {
  return { durationTicks: 10, compositionOffsetTicks, isSync, data: Uint8Array.of(byte, byte) };
}

/** One frame a fragment, as we ask ffmpeg for, with what it writes around them. */
const STREAM = concatBytes([
  INIT,
  renderFragment({ sequenceNumber: 1, baseDecodeTicks: 100, samples: [sample(1)] }),
  box('sidx', uint32(1)),
  renderFragment({ sequenceNumber: 2, baseDecodeTicks: 110, samples: [sample(2, 30, false)] }),
  renderFragment({ sequenceNumber: 3, baseDecodeTicks: 120, samples: [sample(3, 5, false), sample(4)] }),
  box('mfra', box('mfro')),
]);

function frames(events: SplitterEvent[]): { pts: number; isSync: boolean; first: number | undefined }[] {
  return events.flatMap((event) => {
    if (event.kind !== 'frame') return [];
    const { ptsTicks, isSync, data } = event.frame;
    return [{ pts: ptsTicks, isSync, first: data[0] }];
  });
}

describe('a stream of fragments', () => {
  test('comes apart into its init segment and every frame at its own time', () => {
    const splitter = new Splitter();
    const events = splitter.push(STREAM);
    splitter.end();
    expect(events[0]).toMatchObject({ kind: 'init', info: { kind: 'audio', timescale: 48_000 } });
    expect(frames(events)).toEqual([
      { pts: 100, isSync: true, first: 1 },
      { pts: 140, isSync: false, first: 2 },
      { pts: 125, isSync: false, first: 3 },
      { pts: 130, isSync: true, first: 4 },
    ]);
  });

  test('gives the same events however its bytes arrive', () => {
    const whole = new Splitter().push(STREAM);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(STREAM.length), { maxLength: 40 }), (cuts) => {
        const splitter = new Splitter();
        const places = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
        const events = places.slice(1).flatMap((end, index) => splitter.push(STREAM.slice(places[index], end)));
        splitter.end();
        expect(events).toEqual(whole);
      }),
    );
  });

  test('gives them byte by byte, each as soon as its last byte is there', () => {
    const splitter = new Splitter();
    const counts = [...STREAM].map((byte) => splitter.push(Uint8Array.of(byte)).length);
    expect(counts.flatMap((count, index) => (count > 0 ? [index] : []))).toHaveLength(4);
    expect(counts[INIT.length - 1]).toBe(1);
  });

  test('hands out frames that do not change when the buffer they came in is used again', () => {
    const bytes = Uint8Array.from(STREAM);
    const events = new Splitter().push(bytes);
    bytes.fill(0);
    expect(frames(events).map(({ first }) => first)).toEqual([1, 2, 3, 4]);
  });

  test('takes sample defaults from its init segment', () => {
    const init = Uint8Array.from(Buffer.from(FFMPEG_VIDEO_INIT, 'hex'));
    const trex = new TextDecoder('latin1').decode(init).indexOf('trex');
    new DataView(init.buffer).setUint32(trex + 4 + 16, 2);
    const moof = box('moof', box('mfhd', uint32(0, 1)), box('traf', box('tfhd', uint32(0, 1)), box('trun', uint32(0, 2))));
    const events = new Splitter().push(concatBytes([init, moof, box('mdat', ascii('abcd'))]));
    expect(frames(events).map(({ first }) => first)).toEqual([97, 99]);
  });
});

describe('what is not such a stream is refused', () => {
  test.each<[string, Uint8Array]>([
    ['a fragment before its init segment', renderFragment({ sequenceNumber: 1, baseDecodeTicks: 0, samples: [sample(1)] })],
    ['a sample that reaches past its mdat', concatBytes([INIT, withoutLastByte()])],
    ['a box larger than any frame', concatBytes([INIT, uint32(0x7fffffff), ascii('mdat')])],
    ['text', ascii('Hello, this is no film')],
  ])('%s', (_, bytes) => {
    expect(() => new Splitter().push(bytes)).toThrow(BoxError);
  });

  test('an end inside a box', () => {
    const splitter = new Splitter();
    splitter.push(STREAM.subarray(0, STREAM.length - 1));
    expect(() => splitter.end()).toThrow('ends inside a box');
  });
});

/** A fragment whose mdat is a byte shorter than its sample. */
function withoutLastByte(): Uint8Array {
  const fragment = renderFragment({ sequenceNumber: 1, baseDecodeTicks: 0, samples: [sample(1)] });
  const bytes = fragment.slice(0, -1);
  const mdat = bytes.length - 9;
  new DataView(bytes.buffer).setUint32(mdat, 9);
  return bytes;
}
