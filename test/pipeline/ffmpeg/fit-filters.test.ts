import { expect, test } from 'vitest';
import { fitFilters, mayChangeShape } from '../../../pipeline/ffmpeg/fit-filters.ts';
import type { VideoStreamInfo } from '../../../pipeline/model/source-info.ts';

const DISC = {
  ...{ codec: 'mpeg2video', width: 720, height: 576, rotationDegrees: 0 },
  sampleAspectRatio: { num: 64, den: 45 },
} as VideoStreamInfo;
const SIZE = { width: 640, height: 360 };

test.each([
  [true, ['mpegts'], 'h264'],
  [true, ['mpeg'], 'mpeg2video'],
  [true, ['matroska', 'webm'], 'vp8'],
  [false, ['matroska', 'webm'], 'h264'],
  [false, ['mov', 'mp4'], 'h264'],
])('a picture may change its shape: %s (%j, %s)', (may, formatNames, codec) => {
  expect(mayChangeShape({ formatNames, video: { ...DISC, codec } })).toBe(may);
});

test('a frame of the planned shape gets exactly the planned size, another is fitted between bars', () => {
  const { scale, bars } = fitFilters(DISC, SIZE, false);
  expect(scale).toContain("w='if(lt(abs(dar*576/1024-1),0.02),640,max(2,min(640,2*round(360*dar/2))))'");
  expect(scale).toContain("h='if(lt(abs(dar*576/1024-1),0.02),360,max(2,min(360,2*round(640/dar/2))))'");
  expect(bars).toEqual(['pad=640:360:-1:-1:eval=frame']);
});

test('what keeps its shape, or states pixels that nobody believes, is only scaled', () => {
  const plain = { scale: 'scale=640:360:flags=bicubic', bars: [] };
  expect(fitFilters(DISC, SIZE, true)).toEqual(plain);
  expect(fitFilters({ ...DISC, sampleAspectRatio: { num: 100, den: 1 } }, SIZE, false)).toEqual(plain);
});
