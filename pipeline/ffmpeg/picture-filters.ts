import type { PictureSize } from '../model/ladder/picture-size.ts';
import { hasAlpha, isFullRange, type PictureColor, pictureColor } from '../model/picture-color.ts';
import type { VideoRenditionPlan } from '../model/plan.ts';
import type { VideoStreamInfo } from '../model/source-info.ts';
import { type Fit, fitFilters } from './fit-filters.ts';

/** What is made of a picture. */
type PictureShape = PictureSize & Pick<VideoRenditionPlan, 'hdr'>;

/**
 * Decoded frames, as they are coded, → pictures of `size` (upright, square pixels) in BT.709, 8 bits, 4:2:0, limited range:
 * what every player shows alike. Where high dynamic range is kept: in BT.2020, 10 bits. Each frame is treated by itself, so that divisions into chunks do not show; a picture
 * that needs nothing is only scaled. What is transparent is shown over black. `isShapeKept`: every frame has the shape of the first.
 */
export function pictureFilters(video: VideoStreamInfo, size: PictureShape, isShapeKept = true): string {
  const isTurned = video.rotationDegrees === 90 || video.rotationDegrees === 270;
  const coded = isTurned ? { width: size.height, height: size.width } : size;
  const fit = fitFilters(video, coded, isShapeKept);
  return [
    ...(hasAlpha(video) ? ['format=gbrap', 'premultiply=inplace=1'] : []),
    // Frames are turned when they are small.
    ...(size.hdr ? keptFilters(fit) : colorFilters(pictureColor(video), fit, isFullRange(video))),
    ...uprightFilters(video),
    'setsar=1',
    size.hdr ? DEEP_FORMAT : 'format=yuv420p',
  ].join(',');
}

/** The matrix is never left to ffmpeg's rotation, which turns fields into columns and differs between its versions. */
export const NO_AUTOROTATION = ['-autorotate', '0'] as const;

function uprightFilters({ rotationDegrees, isMirrored = false }: VideoStreamInfo): string[] {
  switch (rotationDegrees) {
    case 0:
      return isMirrored ? ['hflip'] : [];
    case 90:
      return [`transpose=${isMirrored ? 'clock_flip' : 'clock'}`];
    case 180:
      return isMirrored ? ['vflip'] : ['hflip', 'vflip'];
    case 270:
      return [`transpose=${isMirrored ? 'cclock_flip' : 'cclock'}`];
  }
}

/**
 * Diffuse white of HDR, in cd/m² (ITU-R BT.2408 2.2): it is laid on the white of standard range, so that faces and walls are as
 * bright as in the same scene shot in standard range.
 */
const REFERENCE_WHITE_NITS = 203;
/**
 * Below this share of white tones stay as they are; up to the source's peak they are rolled off. Middle grey (0.18) is untouched.
 */
const MOBIUS_KNEE = 0.3;

/** Primaries are exchanged in the light that screens show, not in the light that cameras saw (as libplacebo and zimg do). */
const DISPLAY_GAMMA = 'gamma22';

const DEEP_FORMAT = 'format=yuv420p10';

/** High dynamic range as it is: only made smaller, and in limited range. */
function keptFilters({ scale, bars }: Fit): string[] {
  return [`${scale}:in_color_matrix=bt2020:out_color_matrix=bt2020:out_range=tv`, ...bars, DEEP_FORMAT];
}

function colorFilters(color: PictureColor, { scale, bars }: Fit, isFull: boolean): string[] {
  switch (color.kind) {
    case 'bt709':
      // Asked for a range, ffmpeg copies even what needs nothing.
      return [isFull ? `${scale}:out_range=tv` : scale, ...bars];
    case 'rgb':
      return [`${scale}:out_color_matrix=bt709:out_range=tv`, ...bars];
    case 'other':
      return [
        `${scale}:out_range=tv`,
        ...bars,
        'format=yuv420p|yuv420p10',
        `colorspace=ispace=${color.matrix}:iprimaries=${color.primaries}:itrc=${DISPLAY_GAMMA}:irange=tv:space=bt709:primaries=bt709:trc=${DISPLAY_GAMMA}:range=tv:format=yuv420p`,
      ];
    case 'hdr':
      return [
        ...keptFilters({ scale, bars }),
        ...(color.isGrey ? ['hue=s=0'] : []),
        `zscale=min=2020_ncl:pin=2020:tin=${color.transfer}:rin=limited:t=linear:npl=${REFERENCE_WHITE_NITS}`,
        'format=gbrpf32le',
        'zscale=p=709',
        `tonemap=mobius:param=${MOBIUS_KNEE}:desat=0:peak=${(color.peakNits / REFERENCE_WHITE_NITS).toFixed(3)}`,
        'zscale=t=709:m=709:r=limited',
      ];
  }
}
