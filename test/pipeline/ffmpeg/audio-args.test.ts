import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { audioFilter, planAudioWindow, silenceFilter } from '../../../pipeline/ffmpeg/audio-args.ts';
import type { AudioStreamInfo } from '../../../pipeline/model/source-info.ts';
import { audioRendition } from '../model/hls/sample-plan.ts';

const FRAME = 1024;

function stream(changes: Partial<AudioStreamInfo> = {}): AudioStreamInfo {
  return {
    index: 1,
    codec: 'aac',
    sampleRate: 48_000,
    channels: 2,
    timeBase: { num: 1, den: 48_000 },
    isDefault: true,
    startTicks: 0,
    endTicks: 900_000,
    frameSamples: 1024,
    ...changes,
  };
}

describe('the samples an encoder is fed', () => {
  test('reach eight codec frames before what is published, and two after it', () => {
    expect(planAudioWindow(audioRendition(), 48_000, 47 * FRAME, 94 * FRAME)).toEqual({
      outputStart: 39 * FRAME,
      outputEnd: 96 * FRAME,
      inputStart: 39 * FRAME,
    });
  });

  test('begin before zero for a title’s first chunk', () => {
    expect(planAudioWindow(audioRendition(), 48_000, 0, 47 * FRAME)).toMatchObject({ outputStart: -8 * FRAME, inputStart: -8 * FRAME });
  });

  test.each([
    [32_000, 48_000],
    [44_100, 48_000],
    [96_000, 48_000],
    [8000, 48_000],
    [11_025, 44_100],
    [22_050, 44_100],
    [88_200, 44_100],
  ])('resampled from %d to %d Hz begin at a whole sample of both rates, 256 early at least', (inputRate, outputRate) => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (frame) => {
        const rendition = audioRendition({ timescale: outputRate });
        const { inputStart, outputStart } = planAudioWindow(rendition, inputRate, frame * FRAME, (frame + 40) * FRAME);
        expect(Number.isInteger(inputStart)).toBe(true);
        expect((inputStart * outputRate) % inputRate).toBeCloseTo(0, 9);
        const early = (outputStart * inputRate) / outputRate - inputStart;
        expect(early).toBeGreaterThanOrEqual(256);
        expect(early).toBeLessThan(256 + 160);
      }),
    );
  });
});

describe('the filters of a sound', () => {
  const window = { outputStart: 1024, outputEnd: 4096, inputStart: 768 };

  test('count in samples from the first one on, relative to title time', () => {
    expect(audioFilter(stream(), audioRendition(), window, 90_000).split(',')).toEqual([
      'asettb=1/48000',
      "asetpts='PTS-(48000)'",
      'atrim=start_pts=768',
      'aresample=48000',
      'aresample=48000:async=1:min_comp=0.0001:min_hard_comp=0.0001:first_pts=768',
      'aformat=sample_fmts=fltp:channel_layouts=stereo',
      'apad',
      'atrim=start_pts=1024:end_pts=4096',
      'asetpts=N+(1024)',
    ]);
  });

  test('mix by the plan’s gains, in floating point, from the planned layout', () => {
    const mix = {
      inputLayout: '5.1(side)',
      gains: [
        [0.5, 0, 0.25],
        [0, 0.5, 0.25],
      ],
    };
    expect(audioFilter(stream(), audioRendition({ mix }), window, 0)).toContain(
      ',aresample=48000,aformat=sample_fmts=fltp:channel_layouts=5.1(side),pan=stereo|c0=0.5*c0+0.25*c2|c1=0.5*c1+0.25*c2,aresample=48000',
    );
  });

  test('give 5.1 as 5.1, also where it is silent', () => {
    const surround = audioRendition({ channels: 6, mix: { inputLayout: '5.1', gains: [[1], [0]] } });
    const filter = audioFilter(stream(), surround, window, 0);
    expect(filter).toContain('pan=5.1|c0=1*c0|c1=0*c0,');
    expect(filter).toContain('aformat=sample_fmts=fltp:channel_layouts=5.1,apad');
    expect(silenceFilter(surround, window)).toContain('anullsrc=r=48000:cl=5.1,');
  });

  test('round times that are coarser than a sample to the source’s own frames; the first one, cut short, ends on their grid', () => {
    const mp3 = stream({ timeBase: { num: 1, den: 1000 }, frameSamples: 1152, gridAnchorSamples: 2255 });
    expect(audioFilter(mp3, audioRendition(), window, 0)).toContain(
      "asetpts='if(lt(PTS+NB_SAMPLES/2,2255),(2255)-NB_SAMPLES,if(eq(SR,48000),(2255)+1152*round((PTS-(2255))/1152),PTS))-(0)'",
    );
  });

  test('count frames from the first sample where no other anchor is known', () => {
    const ts = stream({ timeBase: { num: 1, den: 90_000 }, sampleRate: 44_100, startTicks: 126_000 });
    expect(audioFilter(ts, audioRendition(), window, 0)).toContain(
      "asetpts='if(eq(SR,44100),(61740)+1024*round((PTS-(61740))/1024),PTS)-(0)'",
    );
  });

  test('follow a clock loosely that has neither exact times nor a known grid', () => {
    const vorbis = stream({ timeBase: { num: 1, den: 1000 }, frameSamples: 0 });
    const filter = audioFilter(vorbis, audioRendition(), window, 0);
    expect(filter).toContain("asetpts='PTS-(0)'");
    expect(filter).toContain('min_hard_comp=0.1');
  });

  test('are put on the frames’ grid where times lie a little beside it', () => {
    expect(audioFilter(stream({ isJittery: true }), audioRendition(), window, 0)).toContain('1024*round((PTS-(0))/1024)');
  });

  test('count samples from the first one on where times cannot be believed', () => {
    const filter = audioFilter(
      stream({ isCounted: true, startTicks: 9000, timeBase: { num: 8, den: 30_625 } }),
      audioRendition(),
      window,
      0,
    );
    expect(filter).toContain("asetpts='(4800)+NB_CONSUMED_SAMPLES-(0)'");
  });

  test('a title that begins before its source’s clock adds the time it begins with', () => {
    expect(audioFilter(stream(), audioRendition(), window, -1920)).toContain("asetpts='PTS-(-1024)'");
  });

  test('silence is as long as the window', () => {
    expect(silenceFilter(audioRendition(), window)).toBe(
      'anullsrc=r=48000:cl=stereo,atrim=end_sample=3072,asetpts=PTS+(1024),aformat=sample_fmts=fltp:channel_layouts=stereo',
    );
  });
});
