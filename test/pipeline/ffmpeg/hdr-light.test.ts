import { expect, test } from 'vitest';
import { parseHdrLight } from '../../../pipeline/ffmpeg/hdr-light.ts';

/** As ffprobe tells of an MP4 (in the units of ST 2086) and of a WebM (floats as fractions). */
const DISPLAY = {
  ...{ red_x: '34000/50000', red_y: '16000/50000', green_x: '2055209/8388608', green_y: '34500/50000' },
  ...{ blue_x: '7500/50000', blue_y: '3000/50000', white_point_x: '15635/50000', white_point_y: '16450/50000' },
  ...{ min_luminance: '0/1', max_luminance: '1000/1' },
};
const MASTERING = {
  ...{ red: [34_000, 16_000], green: [12_250, 34_500], blue: [7_500, 3_000], white: [15_635, 16_450] },
  ...{ maxLuminance: 10_000_000, minLuminance: 0 },
};

test('the display a film was made on and the light of the film are read, in the units of their boxes', () => {
  expect(parseHdrLight(DISPLAY, { max_content: 1100, max_average: 180 })).toEqual({
    mastering: MASTERING,
    content: { maxCll: 1100, maxFall: 180 },
  });
  expect(parseHdrLight(DISPLAY, undefined)).toEqual({ mastering: MASTERING });
  expect(parseHdrLight(undefined, { max_content: 400 })).toEqual({ content: { maxCll: 400, maxFall: 0 } });
});

test.each([
  ['nothing', undefined, undefined],
  ['light of nothing', undefined, { max_content: 0, max_average: 0 }],
  ['a display of which half is stated', { max_luminance: '1000/1' }, undefined],
  ['a display without light', { ...DISPLAY, max_luminance: '0/1' }, undefined],
  ['colours that cannot be', { ...DISPLAY, red_x: '9/1' }, undefined],
  ['fractions of nothing', { ...DISPLAY, red_x: '1/0' }, undefined],
])('%s is left out', (_, display, light) => {
  expect(parseHdrLight(display, light)).toBeUndefined();
});
