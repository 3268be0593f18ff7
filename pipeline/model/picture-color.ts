import type { VideoStreamInfo } from './source-info.ts';

/**
 * What a source's colours are, and so what makes BT.709 of them. `bt709` are it already. `rgb` lack only the matrix. Of `other`
 * standard range, matrix and primaries are converted; transfer curves of standard range are alike on every screen and stay.
 * `hdr` is tone-mapped: `peakNits` is where its highlights end, `isGrey` says that only its brightness is known. Names are ffmpeg's.
 */
export type PictureColor =
  | { kind: 'bt709' }
  | { kind: 'rgb' }
  | { kind: 'other'; matrix: string; primaries: string }
  | { kind: 'hdr'; transfer: 'smpte2084' | 'arib-std-b67'; peakNits: number; isGrey?: true };

type ColorFacts = Pick<
  VideoStreamInfo,
  'pixelFormat' | 'width' | 'height' | 'colorTransfer' | 'colorPrimaries' | 'colorSpace' | 'peakNits' | 'dolbyVisionProfile'
>;

export function pictureColor(video: ColorFacts): PictureColor {
  const { colorTransfer: transfer } = video;
  // The light of Dolby Vision 5 is coded as in HDR10, its colours are not (IPT), whatever its tags say.
  if (video.dolbyVisionProfile === 5) return { kind: 'hdr', transfer: 'smpte2084', peakNits: sanePeak(video.peakNits), isGrey: true };
  if (transfer === 'smpte2084') return { kind: 'hdr', transfer, peakNits: sanePeak(video.peakNits) };
  if (transfer === 'arib-std-b67') return { kind: 'hdr', transfer, peakNits: HLG_PEAK_NITS };
  if (isRgb(video.pixelFormat)) return { kind: 'rgb' };
  if (/^gray|^mono/.test(video.pixelFormat)) return { kind: 'bt709' };
  const matrix = CONVERTIBLE_MATRICES[video.colorSpace ?? ''] ?? guessMatrix(video);
  const primaries = CONVERTIBLE_PRIMARIES.has(video.colorPrimaries ?? '') ? (video.colorPrimaries as string) : primariesOf(matrix);
  return matrix === 'bt709' && primaries === 'bt709' ? { kind: 'bt709' } : { kind: 'other', matrix, primaries };
}

/** By definition of its display (ITU-R BT.2100 table 5, at a nominal peak of 1,000 cd/m²). */
const HLG_PEAK_NITS = 1000;
/** Mastered for most often, where the source does not say. */
const USUAL_PEAK_NITS = 1000;
/** Metadata outside this is a mistake, or asks for more range than can be kept without dulling the rest. */
const LOWEST_PEAK_NITS = 400;
const HIGHEST_PEAK_NITS = 4000;

function sanePeak(nits: number | undefined): number {
  return nits === undefined ? USUAL_PEAK_NITS : Math.min(HIGHEST_PEAK_NITS, Math.max(LOWEST_PEAK_NITS, nits));
}

export function isRgb(pixelFormat: string): boolean {
  return /^(gbr|rgb|bgr|argb|abgr|0rgb|0bgr|x2rgb|x2bgr|pal8)/.test(pixelFormat);
}

/**
 * Formats in which transparency is meant. Of others the bytes that could hold it are often left at zero, as in raw captures of
 * screens, which would come out black.
 */
const ALPHA_CODECS = new Set([
  ...['gif', 'apng', 'png', 'webp', 'qtrle', 'prores', 'ffv1', 'vp8', 'vp9', 'hap', 'cfhd', 'utvideo', 'jpeg2000', 'hevc'],
]);

export function hasAlpha({ codec, pixelFormat }: Pick<VideoStreamInfo, 'codec' | 'pixelFormat'>): boolean {
  return ALPHA_CODECS.has(codec) && /^(yuva|gbrap|rgba|bgra|argb|abgr|ya\d|pal8|ayuv)/.test(pixelFormat);
}

export function isFullRange({ pixelFormat, colorRange }: Pick<VideoStreamInfo, 'pixelFormat' | 'colorRange'>): boolean {
  return colorRange === 'pc' || /^(yuvj|gray|ya\d|mono)/.test(pixelFormat);
}

/** More than 8 bits. */
export function isDeep(pixelFormat: string): boolean {
  return /(9|1[0246]|48|64)(le|be)?$/.test(pixelFormat) && !pixelFormat.startsWith('nv');
}

/** The ones with linear arithmetic; constant luminance is near enough to its sibling. */
const CONVERTIBLE_MATRICES: Readonly<Record<string, string>> = {
  bt709: 'bt709',
  fcc: 'fcc',
  bt470bg: 'bt470bg',
  smpte170m: 'smpte170m',
  smpte240m: 'smpte240m',
  ycgco: 'ycgco',
  bt2020nc: 'bt2020nc',
  bt2020c: 'bt2020nc',
};

const CONVERTIBLE_PRIMARIES = new Set([
  ...['bt709', 'bt470m', 'bt470bg', 'smpte170m', 'smpte240m', 'film', 'smpte428', 'smpte431', 'smpte432', 'bt2020', 'jedec-p22'],
]);

/** As players guess where nothing is stated: what is larger than standard definition is BT.709. */
function guessMatrix({ width, height, colorPrimaries }: ColorFacts): string {
  if (colorPrimaries === 'bt2020') return 'bt2020nc';
  return width >= 1280 || height > 576 ? 'bt709' : 'smpte170m';
}

/** Primaries are worth guessing only where a wrong guess shows: those of BT.601 differ little from BT.709's. */
function primariesOf(matrix: string): string {
  return matrix === 'bt2020nc' ? 'bt2020' : 'bt709';
}
