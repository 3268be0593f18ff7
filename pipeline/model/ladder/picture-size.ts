import type { VideoStreamInfo } from '../source-info.ts';

export interface PictureSize {
  width: number;
  height: number;
}

/** Pixel shapes beyond this are a container's mistake. */
const MOST_STRETCHED_PIXEL = 8;
/** A rung's box is this much wider than high. */
const BOX_ASPECT = 16 / 9;

/** The picture as it is seen: pixels made square by changing the width, then turned upright. Not rounded to even. */
export function displaySize(video: Pick<VideoStreamInfo, 'width' | 'height' | 'sampleAspectRatio' | 'rotationDegrees'>): PictureSize {
  const stated = video.sampleAspectRatio.num / video.sampleAspectRatio.den;
  const pixelAspect = stated <= MOST_STRETCHED_PIXEL && stated >= 1 / MOST_STRETCHED_PIXEL ? stated : 1;
  const width = Math.max(1, Math.round(video.width * pixelAspect));
  const isTurned = video.rotationDegrees === 90 || video.rotationDegrees === 270;
  return isTurned ? { width: video.height, height: width } : { width, height: video.height };
}

/** The size that fits into a rung's box, even, never larger than the picture (but for one pixel wide ones: two). */
export function fitIntoRung(picture: PictureSize, rung: number): PictureSize {
  const scale = Math.min(1, rungScale(picture, rung));
  return { width: evenSide(picture.width, scale), height: evenSide(picture.height, scale) };
}

/** A picture that is larger than the box by a few lines (854x480, 1920x1088) is taken as it is. */
const ALMOST_FITS = 0.99;

/** How much a picture would grow to fill a rung's box: 1 or more when it fits as it is. */
export function rungScale(picture: PictureSize, rung: number): number {
  const short = Math.min(picture.width, picture.height);
  const long = Math.max(picture.width, picture.height);
  const scale = Math.min(rung / short, (rung * BOX_ASPECT) / long);
  return scale >= ALMOST_FITS ? Math.max(1, scale) : scale;
}

/** Nearest even number, and at full size the one below. */
function evenSide(side: number, scale: number): number {
  const even = scale === 1 ? Math.floor(side / 2) * 2 : Math.round((side * scale) / 2) * 2;
  return Math.max(2, even);
}
