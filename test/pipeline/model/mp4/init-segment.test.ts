import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoxError, findBox } from '../../../../pipeline/model/mp4/box.ts';
import { parseInitSegment, renderInitSegment, TRACK_ID, type VideoInit } from '../../../../pipeline/model/mp4/init-segment.ts';
import type { ParameterSets } from '../../../../pipeline/model/mp4/parameter-sets.ts';
import { FFMPEG_AUDIO_INIT, FFMPEG_VIDEO_INIT } from './recorded-init-segments.ts';

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

const VIDEO: VideoInit = {
  kind: 'video',
  timescale: 90_000,
  width: 160,
  height: 90,
  parameterSets: avc(['6764001facd9428df93011000003000100000300320f183196']),
};

function avc(sps: string[], pps: string[] = ['68ef8fcb']): ParameterSets {
  return { codec: 'h264', sps: sps.map(bytes), pps: pps.map(bytes) };
}

describe('a video init segment', () => {
  test('says what it was made from', () => {
    expect(parseInitSegment(renderInitSegment(VIDEO))).toEqual({
      ...VIDEO,
      trackId: TRACK_ID,
      sampleEntry: 'avc1',
      codecs: 'avc1.64001f',
      defaults: { durationTicks: 0, sizeBytes: 0, flags: 0 },
      hasEditList: false,
    });
  });

  test('names the colours that all pictures are converted to', () => {
    const path = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd'];
    const init = renderInitSegment(VIDEO);
    const at = Buffer.from(init.subarray(findBox(init, path)!.bodyStart)).indexOf('colrnclx');
    expect([...init.subarray(findBox(init, path)!.bodyStart + at + 8).subarray(0, 7)]).toEqual([0, 1, 0, 1, 0, 1, 0]);
  });

  test('keeps several parameter sets in order', () => {
    const init: VideoInit = {
      ...VIDEO,
      parameterSets: avc(['6764001facd9428df93011000003000100000300320f183196', '6764000cacd941419f9f0110'], ['68ef8fcb', '68fe8fcb']),
    };
    expect(parseInitSegment(renderInitSegment(init)).parameterSets).toEqual(init.parameterSets);
  });

  test.each([
    ['avc1.42c00b', '6742c00bda0b13b011000003000100000300320f142aa0'],
    ['avc1.7a001f', '677a001fb6cd9405005bb011000003000100000300320f183196'],
  ])('names its codec %s after its SPS', (codecs, sps) => {
    expect(parseInitSegment(renderInitSegment({ ...VIDEO, parameterSets: avc([sps]) })).codecs).toBe(codecs);
  });

  test('states chroma and depth for the profiles that ask for it, as ffmpeg’s does', () => {
    const theirs = bytes(FFMPEG_VIDEO_INIT);
    const info = parseInitSegment(theirs);
    const ours = renderInitSegment({ ...VIDEO, parameterSets: info.parameterSets! });
    expect(configurationOf(ours)).toEqual(configurationOf(theirs));
  });

  test('cannot be made without a readable SPS', () => {
    expect(() => renderInitSegment({ ...VIDEO, parameterSets: avc([]) })).toThrow(BoxError);
    expect(() => renderInitSegment({ ...VIDEO, parameterSets: avc(['67640000']) })).toThrow(BoxError);
  });
});

describe('an audio init segment', () => {
  test.each([
    [44_100, 2],
    [48_000, 1],
    [48_000, 6],
  ])('at %d Hz with %d channels says so', (timescale, channels) => {
    expect(parseInitSegment(renderInitSegment({ kind: 'audio', timescale, channels, bitrateBps: 128_000 }))).toEqual({
      kind: 'audio',
      timescale,
      trackId: TRACK_ID,
      sampleEntry: 'mp4a',
      codecs: 'mp4a.40.2',
      channels,
      sampleRate: timescale,
      defaults: { durationTicks: 0, sizeBytes: 0, flags: 0 },
      hasEditList: false,
    });
  });

  test('carries its language', () => {
    const init = { kind: 'audio', timescale: 48_000, channels: 2, bitrateBps: 128_000 } as const;
    const languageOf = (language?: string): number => {
      const made = renderInitSegment(language === undefined ? init : { ...init, language });
      const mdhd = findBox(made, ['moov', 'trak', 'mdia', 'mdhd'])!;
      return new DataView(made.buffer).getUint16(mdhd.bodyStart + 20);
    };
    expect(languageOf()).toBe(0x55c4);
    expect(languageOf('kor')).toBe((11 << 10) | (15 << 5) | 18);
    expect(languageOf('한국어')).toBe(0x55c4);
  });

  test('for a rate that AAC has no index for is refused', () => {
    expect(() => renderInitSegment({ kind: 'audio', timescale: 44_000, channels: 2, bitrateBps: 1 })).toThrow(BoxError);
  });
});

describe('ffmpeg’s own init segment is read', () => {
  test('of a picture', () => {
    expect(parseInitSegment(bytes(FFMPEG_VIDEO_INIT))).toMatchObject({
      kind: 'video',
      timescale: 12_800,
      trackId: 1,
      codecs: 'avc1.64000b',
      width: 160,
      height: 90,
      parameterSets: avc(['6764000bacd9428df93011000003000100000300320f142996'], ['68ebe3cb22c0']),
      hasEditList: false,
    });
  });

  test('of a sound', () => {
    expect(parseInitSegment(bytes(FFMPEG_AUDIO_INIT))).toMatchObject({
      kind: 'audio',
      timescale: 44_100,
      codecs: 'mp4a.40.2',
      channels: 2,
      sampleRate: 44_100,
    });
  });
});

test.each([
  ['our video', renderInitSegment(VIDEO)],
  ['our audio', renderInitSegment({ kind: 'audio', timescale: 48_000, channels: 2, bitrateBps: 1 })],
  ['ffmpeg’s video', bytes(FFMPEG_VIDEO_INIT)],
  ['ffmpeg’s audio', bytes(FFMPEG_AUDIO_INIT)],
])('%s init segment with any byte changed or cut off is read or refused with a BoxError', (_, whole) => {
  const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(changes, fc.option(fc.nat(whole.length)), (changed, length) => {
      const broken = Uint8Array.from(whole);
      for (const [at, value] of changed) broken[at] = value;
      try {
        parseInitSegment(broken.subarray(0, length ?? whole.length));
      } catch (error) {
        expect(error).toBeInstanceOf(BoxError);
      }
    }),
    { numRuns: 2000 },
  );
});

test('an init segment whose last box is empty is refused', () => {
  const whole = renderInitSegment(VIDEO);
  const mvex = new TextDecoder('latin1').decode(whole).indexOf('mvex') - 4;
  const broken = whole.slice(0, mvex + 16);
  const view = new DataView(broken.buffer);
  const moov = new TextDecoder('latin1').decode(whole).indexOf('moov') - 4;
  view.setUint32(moov, broken.length - moov);
  view.setUint32(mvex, 16);
  view.setUint32(mvex + 8, 8);
  expect(() => parseInitSegment(broken)).toThrow(BoxError);
});

/** The bytes of avcC, wherever it lies. */
function configurationOf(init: Uint8Array): Uint8Array {
  const at = new TextDecoder('latin1').decode(init).indexOf('avcC') - 4;
  return init.slice(at, at + new DataView(init.buffer, init.byteOffset).getUint32(at));
}
