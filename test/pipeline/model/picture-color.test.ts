import { expect, test } from 'vitest';
import { hasAlpha, isDeep, isRgb, type PictureColor, pictureColor } from '../../../pipeline/model/picture-color.ts';
import type { VideoStreamInfo } from '../../../pipeline/model/source-info.ts';

const SD = { pixelFormat: 'yuv420p', width: 720, height: 576 };
const HD = { pixelFormat: 'yuv420p', width: 1920, height: 1080 };

test.each<[string, Parameters<typeof pictureColor>[0], PictureColor]>([
  ['HD that says nothing', HD, { kind: 'bt709' }],
  ['HD that says BT.709', { ...HD, colorSpace: 'bt709', colorPrimaries: 'bt709', colorTransfer: 'bt709' }, { kind: 'bt709' }],
  ['standard definition that says nothing', SD, { kind: 'other', matrix: 'smpte170m', primaries: 'bt709' }],
  [
    'PAL that says so',
    { ...SD, colorSpace: 'bt470bg', colorPrimaries: 'bt470bg' },
    { kind: 'other', matrix: 'bt470bg', primaries: 'bt470bg' },
  ],
  ['a phone’s BT.601 in HD', { ...HD, colorSpace: 'smpte170m' }, { kind: 'other', matrix: 'smpte170m', primaries: 'bt709' }],
  [
    'wide gamut in standard range',
    { ...HD, colorSpace: 'bt2020nc', colorTransfer: 'bt2020-10' },
    { kind: 'other', matrix: 'bt2020nc', primaries: 'bt2020' },
  ],
  ['a tag that nobody knows', { ...HD, colorSpace: 'reserved', colorPrimaries: 'reserved' }, { kind: 'bt709' }],
  ['RGB', { ...SD, pixelFormat: 'gbrp10le', colorSpace: 'gbr' }, { kind: 'rgb' }],
  ['grey', { ...SD, pixelFormat: 'gray10le' }, { kind: 'bt709' }],
  ['HDR10 without metadata', { ...HD, colorTransfer: 'smpte2084' }, { kind: 'hdr', transfer: 'smpte2084', peakNits: 1000 }],
  ['HDR10 with it', { ...HD, colorTransfer: 'smpte2084', peakNits: 1600 }, { kind: 'hdr', transfer: 'smpte2084', peakNits: 1600 }],
  [
    'HDR10 that states more than is made',
    { ...HD, colorTransfer: 'smpte2084', peakNits: 10_000 },
    { kind: 'hdr', transfer: 'smpte2084', peakNits: 4000 },
  ],
  [
    'HDR10 that states too little',
    { ...HD, colorTransfer: 'smpte2084', peakNits: 1 },
    { kind: 'hdr', transfer: 'smpte2084', peakNits: 400 },
  ],
  [
    'Dolby Vision 5, whatever it states',
    { ...HD, dolbyVisionProfile: 5, colorSpace: 'bt709' },
    { kind: 'hdr', transfer: 'smpte2084', peakNits: 1000, isGrey: true },
  ],
  [
    'HLG, whatever it states',
    { ...SD, colorTransfer: 'arib-std-b67', peakNits: 4000 },
    { kind: 'hdr', transfer: 'arib-std-b67', peakNits: 1000 },
  ],
])('%s is known for what it is', (_title, video, color) => {
  expect(pictureColor(video as VideoStreamInfo)).toEqual(color);
});

test('formats with transparency, of RGB and of more than 8 bits are known by their names', () => {
  const formats = [
    'yuv420p',
    'yuvj444p',
    'yuva420p',
    'gbrp',
    'gbrap12le',
    'bgra',
    'rgb24',
    'pal8',
    'ya8',
    'gray',
    'p010le',
    'bgr0',
    'nv12',
  ];
  expect(formats.filter((pixelFormat) => hasAlpha({ codec: 'ffv1', pixelFormat }))).toEqual([
    'yuva420p',
    'gbrap12le',
    'bgra',
    'pal8',
    'ya8',
  ]);
  expect(formats.filter(isRgb)).toEqual(['gbrp', 'gbrap12le', 'bgra', 'rgb24', 'pal8', 'bgr0']);
  expect(formats.filter(isDeep)).toEqual(['gbrap12le', 'p010le']);
});

test('transparency is believed of formats that mean it', () => {
  expect(hasAlpha({ codec: 'gif', pixelFormat: 'bgra' })).toBe(true);
  expect(hasAlpha({ codec: 'rawvideo', pixelFormat: 'bgra' })).toBe(false);
});
