import { describe, expect, test } from 'vitest';
import { isAv1KeyFrame, parseAv1Sequence, withAv1Level } from '../../../../pipeline/model/mp4/av1-configuration.ts';
import { BoxError, findBox } from '../../../../pipeline/model/mp4/box.ts';
import { hevcCodecs, parseHevcSps } from '../../../../pipeline/model/mp4/hevc-configuration.ts';
import { parseInitSegment, renderInitSegment } from '../../../../pipeline/model/mp4/init-segment.ts';
import { atPlannedLevel, codecsOf, parseConfiguration, renderConfiguration } from '../../../../pipeline/model/mp4/parameter-sets.ts';
import type { HdrFormat } from '../../../../pipeline/model/plan.ts';
import { FFMPEG_CONFIGURATIONS, recordedSets } from './recorded-init-segments.ts';

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

describe.each([
  ['hevc', 'hvc1.1.6.L30.90'],
  ['hdr', 'hvc1.2.4.L30.90'],
  ['av1', 'av01.0.00M.08'],
] as const)('%s', (name, codecs) => {
  test('the configuration made of its parameter sets is that of ffmpeg', () => {
    expect(Buffer.from(renderConfiguration(recordedSets(name)).subarray(8)).toString('hex')).toBe(FFMPEG_CONFIGURATIONS[name]);
  });

  test(`is called ${codecs}`, () => {
    expect(codecsOf(recordedSets(name))).toBe(codecs);
  });

  test('an init segment says what it was made from', () => {
    const init = { kind: 'video', timescale: 90_000, width: 160, height: 90, parameterSets: recordedSets(name) } as const;
    expect(parseInitSegment(renderInitSegment(init))).toMatchObject({ ...init, codecs, sampleEntry: codecs.slice(0, 4) });
  });

  test('what is cut off is refused', () => {
    const box = name === 'av1' ? 'av1C' : 'hvcC';
    expect(() => parseConfiguration(box, bytes(FFMPEG_CONFIGURATIONS[name]).subarray(0, name === 'av1' ? 8 : 40))).toThrow(BoxError);
    expect(() => parseConfiguration(box, new Uint8Array(0))).toThrow(BoxError);
  });
});

test('of HEVC the SPS tells size, depth and level', () => {
  const sets = recordedSets('hdr');
  if (sets.codec !== 'hevc') throw new Error('It is HEVC');
  expect(parseHevcSps(sets.sps[0]!)).toMatchObject({
    width: 160,
    height: 90,
    bitDepthLuma: 10,
    chromaFormat: 1,
    profile: 2,
    level: 30,
    isProgressive: true,
  });
});

test('high tier, a profile space and no constraints are written as ISO/IEC 14496-15 E.3 has them', () => {
  expect(hevcCodecs('hev1', { profileTierLevel: bytes('616000000000000000000096') })).toBe('hev1.A1.6.H150');
});

describe('of AV1', () => {
  const header = bytes(FFMPEG_CONFIGURATIONS.av1).slice(4);

  test('the sequence header tells size, depth and level', () => {
    expect(parseAv1Sequence(header)).toMatchObject({ width: 160, height: 90, bitDepth: 8, profile: 0, level: 0, tier: 0 });
  });

  test.each([1, 5, 8, 13])('the level becomes %d, though from 8 on there is one bit more, and all else stays', (level) => {
    const restated = withAv1Level(header, level);
    expect(parseAv1Sequence(restated)).toEqual({ ...parseAv1Sequence(header), level });
    expect(withAv1Level(restated, 0)).toEqual(header);
    expect(codecsOf(atPlannedLevel({ codec: 'av1', sequenceHeader: header }, level))).toBe(`av01.0.${String(level).padStart(2, '0')}M.08`);
  });

  // A frame of two bytes: shown, a key frame and another.
  const [keyFrame, otherFrame] = [bytes('32021000'), bytes('32023000')];

  test('in a sample the sequence header alone is changed', () => {
    const sample = Uint8Array.from([...header, ...keyFrame]);
    expect(withAv1Level(sample, 8)).toEqual(Uint8Array.from([...withAv1Level(header, 8), ...keyFrame]));
    expect(withAv1Level(otherFrame, 8)).toEqual(otherFrame);
  });

  test('a segment may begin with a key frame behind its sequence header, and with nothing else', () => {
    const begins = (...obus: Uint8Array[]): boolean => isAv1KeyFrame(Uint8Array.from(obus.flatMap((obu) => [...obu])));
    expect(begins(header, keyFrame)).toBe(true);
    expect(begins(header, otherFrame)).toBe(false);
    expect(begins(keyFrame, header)).toBe(false);
    expect(begins(keyFrame)).toBe(false);
  });
});

describe('colours in the sample entry', () => {
  function entryOf(hdr: HdrFormat): string {
    const init = renderInitSegment({ kind: 'video', timescale: 90_000, width: 160, height: 90, parameterSets: recordedSets('hdr'), hdr });
    const stsd = findBox(init, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd'])!;
    return Buffer.from(init.subarray(stsd.bodyStart, stsd.end)).toString('latin1');
  }
  const latin = (hex: string): string => Buffer.from(hex, 'hex').toString('latin1');

  test('are BT.2020 with PQ or HLG where high dynamic range is kept', () => {
    expect(entryOf({ range: 'PQ' })).toContain(`colrnclx${latin('00090010000900')}`);
    expect(entryOf({ range: 'HLG' })).toContain(`colrnclx${latin('00090012000900')}`);
    expect(entryOf({ range: 'PQ' })).not.toMatch(/mdcv|clli/);
  });

  test('come with what the source says of its light: green, blue, red, white, luminances; content light', () => {
    const entry = entryOf({
      range: 'PQ',
      light: {
        mastering: { red: [1, 2], green: [3, 4], blue: [5, 6], white: [7, 8], maxLuminance: 0x10000, minLuminance: 9 },
        content: { maxCll: 1100, maxFall: 180 },
      },
    });
    expect(entry).toContain(`mdcv${latin('0003000400050006000100020007000800010000' + '00000009')}`);
    expect(entry).toContain(`clli${latin('044c00b4')}`);
  });
});
