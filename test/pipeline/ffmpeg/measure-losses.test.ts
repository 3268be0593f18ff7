import { describe, expect, test } from 'vitest';
import { lossArgs, readLosses } from '../../../pipeline/ffmpeg/measure-losses.ts';
import { chooseSamplePlaces } from '../../../pipeline/ffmpeg/sample-places.ts';
import { DEFAULT_LADDER } from '../../../pipeline/model/ladder/ladder-settings.ts';
import { planVideoLadder } from '../../../pipeline/model/ladder/video-ladder.ts';
import type { SourceInfo, VideoStreamInfo } from '../../../pipeline/model/source-info.ts';
import { videoStream } from '../model/sample-video.ts';

const MINUTE = 60 * 90_000;

function film(facts: Partial<VideoStreamInfo> = {}, formatNames = ['mov', 'mp4']): SourceInfo & { video: VideoStreamInfo } {
  return { formatNames, sizeBytes: 1, video: videoStream({ endTicks: MINUTE, ...facts }), audio: [], others: [], tags: {} };
}

function places(facts: Partial<VideoStreamInfo> = {}, formatNames?: string[]): ReturnType<typeof chooseSamplePlaces> {
  const info = film(facts, formatNames);
  return chooseSamplePlaces(info, info.video);
}

describe('where a picture is sampled', () => {
  test('at twelve places, evenly from its first frame to its end', () => {
    expect(places({ firstFrameTicks: 900_000, endTicks: 900_000 + 4 * MINUTE })).toEqual(
      Array.from({ length: 12 }, (_, place) => 900_000 + (place + 0.5) * (MINUTE / 3)),
    );
  });

  test('at fewer of a long MP4, which is read anew for each', () => {
    expect(places({ endTicks: 120 * MINUTE })).toHaveLength(2);
    expect(places({ endTicks: 10 * MINUTE })).toHaveLength(6);
    expect(places({ endTicks: 120 * MINUTE }, ['matroska', 'webm'])).toHaveLength(12);
  });

  test.each<[string, Partial<VideoStreamInfo>, string[] | undefined]>([
    ['short', { endTicks: 7 * 90_000 }, undefined],
    ['large', { width: 3840, height: 2160 }, undefined],
    ['high-dynamic-range', { colorTransfer: 'smpte2084' }, undefined],
    ['no-index', {}, ['h264']],
  ])('not at all: %s', (reason, facts, formatNames) => {
    expect(places(facts, formatNames)).toBe(reason);
  });
});

test('a sample is of the local file alone, and another part of the picture each time', () => {
  const info = film();
  const rungs = planVideoLadder(info.video, DEFAULT_LADDER);
  const args = lossArgs({ path: '/films/-a.mp4', info }, info.video, rungs, [90_000, 180_000]);
  const text = args.join(' ');
  expect(text.split('-protocol_whitelist file')).toHaveLength(3);
  expect(text).toContain('-ss 1.000000 -i file:/films/-a.mp4');
  expect(text).toContain('crop=640:360:0:0');
  expect(text).toContain('crop=640:360:426:360');
  expect(text).toContain('-preset veryfast -profile:v high -crf 27');
});

describe('what ffmpeg says of losses', () => {
  const SAID = [
    '[ssim@rung2 @ 0x1] SSIM Y:0.95 (13) U:1 (inf) V:1 (inf) All:0.96 (14)',
    '[ssim@rung1 @ 0x2] SSIM Y:0.990000 (20) U:1 (inf) V:1 (inf) All:0.99 (20)',
    '[libx264 @ 0x3] SSIM Mean Y:0.9800000 (16.990db)',
  ].join('\n');

  test('is read by rung', () => {
    const losses = readLosses(SAID, 3)!;
    expect(losses.encoding).toBeCloseTo(0.02);
    expect(losses.scaling.map((loss) => loss.toFixed(3))).toEqual(['0.000', '0.010', '0.050']);
  });

  test.each([
    ['a rung that is missing', SAID, 4],
    ['an encoder that said nothing', SAID.split('\n').slice(0, 2).join('\n'), 3],
    ['an encoder without a frame', SAID.replace('0.9800000', '-nan'), 3],
  ])('is nothing with %s', (_what, said, rungs) => {
    expect(readLosses(said, rungs)).toBeUndefined();
  });
});
