import { displaySize, type PictureSize } from '../model/ladder/picture-size.ts';
import type { SourceInfo, VideoStreamInfo } from '../model/source-info.ts';

/** How a picture is brought to a size: a `scale` that takes further options, and what follows it. */
export interface Fit {
  scale: string;
  bars: string[];
}

/**
 * Broadcasts go from 4:3 to 16:9 and back, and browsers record a phone that is turned: pictures change their shape from one frame to the
 * next. Elsewhere they keep it.
 */
export function mayChangeShape({ formatNames, video }: Pick<SourceInfo, 'formatNames' | 'video'>): boolean {
  if (formatNames.includes('mpegts') || formatNames.includes('mpeg')) return true;
  return formatNames.includes('matroska') && (video?.codec === 'vp8' || video?.codec === 'vp9');
}

/** Shapes that differ by less are the same, but for rounding. */
const SAME_SHAPE = 0.02;

/**
 * `size`: of the picture as it is coded, not turned yet. A frame of another shape than the probe's is shown whole, between
 * bars; each frame by itself, so that divisions into chunks do not show.
 */
export function fitFilters(video: VideoStreamInfo, { width, height }: PictureSize, isShapeKept: boolean): Fit {
  const shown = displaySize({ ...video, rotationDegrees: 0 });
  const { num, den } = video.sampleAspectRatio;
  const isPixelBelieved = Math.abs((video.width * num * shown.height) / (video.height * den * shown.width) - 1) < SAME_SHAPE;
  if (isShapeKept || !isPixelBelieved) return { scale: `scale=${width}:${height}:flags=bicubic`, bars: [] };
  const hasShape = `lt(abs(dar*${shown.height}/${shown.width}-1),${SAME_SHAPE})`;
  const fitted = (side: number, other: string): string => `'if(${hasShape},${side},max(2,min(${side},2*round(${other}/2))))'`;
  const scale = `scale=w=${fitted(width, `${height}*dar`)}:h=${fitted(height, `${width}/dar`)}:eval=frame:flags=bicubic`;
  return { scale, bars: [`pad=${width}:${height}:-1:-1:eval=frame`] };
}
