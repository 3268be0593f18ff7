import { expect, test } from 'vitest';
import { pictureFilters } from '../../../pipeline/ffmpeg/picture-filters.ts';
import type { VideoStreamInfo } from '../../../pipeline/model/source-info.ts';
import { videoStream } from '../model/sample-video.ts';

const VIDEO = videoStream();
const SIZE = { width: 640, height: 360 };

test.each<{ what: string; changes: Partial<VideoStreamInfo>; filters: string }>([
  { what: 'nothing but its size', changes: {}, filters: 'scale=640:360:flags=bicubic,setsar=1,format=yuv420p' },
  {
    what: 'its range',
    changes: { pixelFormat: 'yuvj420p' },
    filters: 'scale=640:360:flags=bicubic:out_range=tv,setsar=1,format=yuv420p',
  },
  {
    what: 'to be turned, when it is small',
    changes: { rotationDegrees: 90 },
    filters: 'scale=360:640:flags=bicubic,transpose=clock,setsar=1,format=yuv420p',
  },
  {
    what: 'to be turned and mirrored',
    changes: { rotationDegrees: 270, isMirrored: true },
    filters: 'scale=360:640:flags=bicubic,transpose=cclock_flip,setsar=1,format=yuv420p',
  },
  {
    what: 'other colours',
    changes: { colorSpace: 'bt470bg', colorPrimaries: 'bt470bg' },
    filters:
      'scale=640:360:flags=bicubic:out_range=tv,format=yuv420p|yuv420p10,colorspace=ispace=bt470bg:iprimaries=bt470bg:itrc=gamma22:irange=tv:space=bt709:primaries=bt709:trc=gamma22:range=tv:format=yuv420p,setsar=1,format=yuv420p',
  },
  {
    what: 'less light',
    changes: { pixelFormat: 'yuv420p10le', colorTransfer: 'smpte2084', peakNits: 2030 },
    filters:
      'scale=640:360:flags=bicubic:in_color_matrix=bt2020:out_color_matrix=bt2020:out_range=tv,format=yuv420p10,zscale=min=2020_ncl:pin=2020:tin=smpte2084:rin=limited:t=linear:npl=203,format=gbrpf32le,zscale=p=709,tonemap=mobius:param=0.3:desat=0:peak=10.000,zscale=t=709:m=709:r=limited,setsar=1,format=yuv420p',
  },
  {
    what: 'a ground to stand on',
    changes: { codec: 'gif', pixelFormat: 'bgra' },
    filters: 'format=gbrap,premultiply=inplace=1,scale=640:360:flags=bicubic:out_color_matrix=bt709:out_range=tv,setsar=1,format=yuv420p',
  },
])('a picture gets what it needs: $what', ({ changes, filters }) => {
  expect(pictureFilters({ ...VIDEO, ...changes }, SIZE)).toBe(filters);
});

test('high dynamic range that is kept is only made smaller', () => {
  const hdr = { ...VIDEO, pixelFormat: 'yuv420p10le', colorTransfer: 'smpte2084' };
  expect(pictureFilters(hdr, { ...SIZE, hdr: { range: 'PQ' } })).toBe(
    'scale=640:360:flags=bicubic:in_color_matrix=bt2020:out_color_matrix=bt2020:out_range=tv,format=yuv420p10,setsar=1,format=yuv420p10',
  );
});

test('of Dolby Vision 5 only the brightness is shown', () => {
  expect(pictureFilters({ ...VIDEO, dolbyVisionProfile: 5 }, SIZE)).toContain('format=yuv420p10,hue=s=0,zscale=');
});
