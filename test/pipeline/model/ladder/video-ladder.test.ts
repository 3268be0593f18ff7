import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FurtherCodec } from '../../../../pipeline/model/ladder/codec-variants.ts';
import { DEFAULT_LADDER, X264_PRESETS } from '../../../../pipeline/model/ladder/ladder-settings.ts';
import { displaySize } from '../../../../pipeline/model/ladder/picture-size.ts';
import { outputFrameRate, planVideoLadder } from '../../../../pipeline/model/ladder/video-ladder.ts';
import type { VideoStreamInfo } from '../../../../pipeline/model/source-info.ts';
import { videoStream } from '../sample-video.ts';

function picture(facts: Partial<VideoStreamInfo>): VideoStreamInfo {
  return videoStream({ frameRate: { num: 24, den: 1 }, lastFrameTicks: 3750, endTicks: 7500, ...facts });
}

function ladder(facts: Partial<VideoStreamInfo>, rungs = DEFAULT_LADDER.rungs): string[] {
  return planVideoLadder(picture(facts), { ...DEFAULT_LADDER, rungs }).map(({ id, width, height }) => `${id} ${width}x${height}`);
}

describe('sizes', () => {
  test.each<[string, Partial<VideoStreamInfo>, string[]]>([
    ['1080p', {}, ['v1080 1920x1080', 'v720 1280x720', 'v540 960x540', 'v360 640x360', 'v240 426x240']],
    [
      'scope: each rung is as wide as its box',
      { width: 1920, height: 800 },
      ['v800 1920x800', 'v534 1280x534', 'v400 960x400', 'v266 640x266', 'v178 426x178'],
    ],
    ['4:3', { width: 640, height: 480 }, ['v480 640x480', 'v360 480x360', 'v240 320x240']],
    [
      'coded 1088 lines: no second rung of nearly the same size',
      { height: 1088 },
      ['v1088 1920x1088', 'v720 1270x720', 'v540 952x540', 'v360 636x360', 'v240 424x240'],
    ],
    [
      '2160p is brought down to the best rung',
      { width: 3840, height: 2160 },
      ['v1440 2560x1440', 'v1080 1920x1080', 'v720 1280x720', 'v540 960x540', 'v360 640x360', 'v240 426x240'],
    ],
    [
      'a phone held upright, stored on its side',
      { rotationDegrees: 90 },
      ['v1080 1080x1920', 'v720 720x1280', 'v540 540x960', 'v360 360x640', 'v240 240x426'],
    ],
    [
      'PAL widescreen: pixels made square',
      { width: 720, height: 576, sampleAspectRatio: { num: 64, den: 45 } },
      ['v576 1024x576', 'v360 640x360', 'v240 426x240'],
    ],
    ['odd sizes become even', { width: 161, height: 121 }, ['v120 160x120']],
    ['a single pixel', { width: 1, height: 1 }, ['v2 2x2']],
    ['a strip', { width: 16, height: 4000 }, ['v10 10x2560']],
  ])('%s', (_name, facts, expected) => {
    expect(ladder(facts)).toEqual(expected);
  });

  test('LADDER names the rungs, in any order', () => {
    expect(ladder({}, [360, 1080, 720])).toEqual(['v1080 1920x1080', 'v720 1280x720', 'v360 640x360']);
    expect(ladder({ width: 1600, height: 900 }, [1080, 360])).toEqual(['v900 1600x900', 'v360 640x360']);
    expect(ladder({ width: 320, height: 180 }, [1080])).toEqual(['v180 320x180']);
  });

  test('a pixel shape that cannot be true is ignored', () => {
    expect(displaySize(picture({ width: 100, height: 100, sampleAspectRatio: { num: 1, den: 9999 } }))).toEqual({
      width: 100,
      height: 100,
    });
  });
});

describe('frame rates', () => {
  test.each([
    [24000, 1001, 23.976],
    [60000, 1001, 59.94],
    [6002, 100, 60],
    [120, 1, 60],
    [100, 1, 50],
    [240, 1, 60],
    [90, 1, 45],
  ])('%d/%d is shown at %d', (num, den, expected) => {
    expect(outputFrameRate(picture({ frameRate: { num, den } }), 900_000)).toBeCloseTo(expected, 3);
  });

  test.each([
    ['for its own length', 3_600, 25],
    ['while a sound goes on', 135_000, 0.667],
    ['at each keyframe of a long one', 900_000, 0.5],
    ['for less than any screen shows', 90, 60],
  ])('a lone frame is shown %s, whatever rate it states', (_, titleTicks, expected) => {
    const lone = picture({ frameRate: { num: 120, den: 1 }, firstFrameTicks: 0, lastFrameTicks: 0, endTicks: 750 });
    expect(outputFrameRate(lone, titleTicks)).toBeCloseTo(expected, 3);
    expect(planVideoLadder(lone, DEFAULT_LADDER, titleTicks)[0]?.frameRate).toBeCloseTo(expected, 3);
  });
});

describe('levels and rates', () => {
  test.each<[Partial<VideoStreamInfo>, string]>([
    [{}, 'avc1.640028'],
    [{ frameRate: { num: 60, den: 1 } }, 'avc1.64002a'],
    [{ width: 1280, height: 720 }, 'avc1.64001f'],
    [{ width: 960, height: 540 }, 'avc1.64001f'],
    [{ width: 640, height: 360 }, 'avc1.64001e'],
    [{ width: 426, height: 240 }, 'avc1.640015'],
    [{ width: 2, height: 2, frameRate: { num: 25, den: 1 } }, 'avc1.64000a'],
  ])('%j needs %s', (facts, codecs) => {
    expect(planVideoLadder(picture(facts), DEFAULT_LADDER)[0]?.codecs).toBe(codecs);
  });

  test('a preset with many reference frames needs a higher level', () => {
    const level = (preset: (typeof X264_PRESETS)[number]) => planVideoLadder(picture({}), { ...DEFAULT_LADDER, preset })[0]!.level;
    expect(level('veryslow')).toBeGreaterThan(level('veryfast'));
  });

  test('8K at 60 frames a second fits a level with every preset', () => {
    const facts = { width: 7680, height: 4320, frameRate: { num: 60, den: 1 } };
    for (const preset of X264_PRESETS) {
      const [top] = planVideoLadder(picture(facts), { ...DEFAULT_LADDER, preset, rungs: [4320] });
      expect(top).toMatchObject({ width: 7680, height: 4320, level: expect.toSatisfy((level: number) => level <= 62) });
    }
  });

  test('an unknown source rate leaves the caps of the table, and 60 frames cost half as much again', () => {
    const caps = (fps: number) =>
      planVideoLadder(picture({ frameRate: { num: fps, den: 1 } }), DEFAULT_LADDER).map(({ maxrateBps }) => maxrateBps);
    expect(caps(30)).toEqual([6_000_000, 3_500_000, 2_000_000, 900_000, 400_000]);
    expect(caps(60).map((bps, rung) => (bps / caps(30)[rung]!).toFixed(2))).toEqual(['1.50', '1.50', '1.50', '1.50', '1.50']);
  });

  test('a source of few bits is not given many more, yet never starved', () => {
    const top = (facts: Partial<VideoStreamInfo>) => planVideoLadder(picture(facts), DEFAULT_LADDER)[0]!.maxrateBps;
    expect(top({ bitrateBps: 2_000_000 })).toBe(3_000_000);
    expect(top({ bitrateBps: 2_000_000, codec: 'hevc' })).toBe(5_100_000);
    expect(top({ bitrateBps: 5_000 })).toBe(2_100_000);
    expect(top({ bitrateBps: 90_000_000 })).toBe(6_000_000);
  });
});

describe('further codecs', () => {
  function variants(facts: Partial<VideoStreamInfo>, furtherCodecs: FurtherCodec[] = ['hevc', 'av1']) {
    return planVideoLadder(picture(facts), { ...DEFAULT_LADDER, rungs: [1080, 360], furtherCodecs });
  }

  test('add the rungs of H.264 once more, behind them, in fewer bits', () => {
    const rungs = variants({});
    expect(rungs.map(({ id, codecs, maxrateBps, crf }) => `${id} ${codecs} ${maxrateBps / 1000} ${crf}`)).toEqual([
      'v1080 avc1.640028 6000 23',
      'v360 avc1.64001e 900 23',
      'v1080-hevc hvc1.1.6.L120.90 4800 24',
      'v360-hevc hvc1.1.6.L63.90 720 24',
      'v1080-av1 av01.0.08M.08 5400 28',
      'v360-av1 av01.0.01M.08 810 28',
    ]);
    expect(planVideoLadder(picture({}), { ...DEFAULT_LADDER, rungs: [1080, 360] })).toEqual(rungs.slice(0, 2));
  });

  const light = { content: { maxCll: 1000, maxFall: 100 } };

  test.each<[string, Partial<VideoStreamInfo>, unknown]>([
    ['HDR10', { colorTransfer: 'smpte2084', hdrLight: light }, { range: 'PQ', light }],
    ['HLG', { colorTransfer: 'arib-std-b67' }, { range: 'HLG' }],
  ])('HEVC keeps %s, in 10 bits; AV1 and H.264 do not', (_, facts, hdr) => {
    const rungs = variants(facts);
    expect(rungs.filter(({ codec }) => codec === 'hevc')).toMatchObject([
      { hdr, codecs: 'hvc1.2.4.L120.90', maxrateBps: 5_760_000 },
      { hdr, codecs: 'hvc1.2.4.L63.90', maxrateBps: 864_000 },
    ]);
    expect(rungs.filter(({ codec }) => codec !== 'hevc').map((rung) => rung.hdr)).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('what only a decoder of Dolby Vision can show is standard range in HEVC too', () => {
    expect(variants({ dolbyVisionProfile: 5 }, ['hevc']).map(({ hdr }) => hdr)).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('tiny pictures are not made in them: x265 refuses some', () => {
    expect(variants({ width: 2, height: 2 }).map(({ id }) => id)).toEqual(['v2']);
    expect(variants({ width: 64, height: 64 }).map(({ id }) => id)).toEqual(['v64', 'v64-hevc', 'v64-av1']);
  });

  test.each<[Partial<VideoStreamInfo>, string, string]>([
    [{ frameRate: { num: 60, den: 1 } }, 'hvc1.1.6.L123.90', 'av01.0.09M.08'],
    [{ width: 1280, height: 720 }, 'hvc1.1.6.L93.90', 'av01.0.05M.08'],
    [{ width: 1280, height: 720, frameRate: { num: 60, den: 1 } }, 'hvc1.1.6.L120.90', 'av01.0.08M.08'],
    [{ rotationDegrees: 90 }, 'hvc1.1.6.L120.90', 'av01.0.08M.08'],
    [{ width: 320, height: 180 }, 'hvc1.1.6.L60.90', 'av01.0.00M.08'],
  ])('%j needs %s and %s', (facts, hevc, av1) => {
    const rungs = variants(facts);
    expect(rungs.find(({ codec }) => codec === 'hevc')?.codecs).toBe(hevc);
    expect(rungs.find(({ codec }) => codec === 'av1')?.codecs).toBe(av1);
  });
});

test('whatever the source: rungs fall in size and rate, ids differ, sides are even, none is above the source, levels hold them', () => {
  const sources = fc.record({
    width: fc.integer({ min: 1, max: 8192 }),
    height: fc.integer({ min: 1, max: 8192 }),
    rotationDegrees: fc.constantFrom(0 as const, 90 as const, 180 as const, 270 as const),
    sampleAspectRatio: fc.record({ num: fc.integer({ min: 1, max: 200 }), den: fc.integer({ min: 1, max: 200 }) }),
    frameRate: fc.record({ num: fc.integer({ min: 1, max: 400_000 }), den: fc.integer({ min: 1000, max: 1001 }) }),
    bitrateBps: fc.integer({ min: 1, max: 400_000_000 }),
  });
  fc.assert(
    fc.property(sources, fc.constantFrom(...X264_PRESETS), fc.boolean(), (facts, preset, isHuge) => {
      const video = picture(facts);
      const shown = displaySize(video);
      const settings = { ...DEFAULT_LADDER, preset, rungs: [...(isHuge ? [4320, 2160] : []), ...DEFAULT_LADDER.rungs] };
      const rungs = planVideoLadder(video, settings);
      const all = planVideoLadder(video, { ...settings, furtherCodecs: ['hevc', 'av1'] });
      for (const planned of [rungs, all]) expect(new Set(planned.map(({ id }) => id)).size).toBe(planned.length);
      for (const [index, rung] of rungs.entries()) {
        expect(rung.width % 2 === 0 && rung.height % 2 === 0 && rung.frameRate <= 60).toBe(true);
        expect(rung.width <= Math.max(2, shown.width) && rung.height <= Math.max(2, shown.height)).toBe(true);
        const above = rungs[index - 1];
        if (above) expect(rung.width < above.width && rung.height < above.height && rung.maxrateBps < above.maxrateBps).toBe(true);
      }
    }),
  );
});
