import type { VideoStreamInfo } from '../source-info.ts';
import type { PictureSize } from './picture-size.ts';

/** Peak rates of H.264 at 24 to 30 frames a second, after Apple's ladder: [pixels, bit/s]. */
const PEAKS: readonly (readonly [pixels: number, bps: number])[] = [
  [426 * 240, 400_000],
  [640 * 360, 900_000],
  [960 * 540, 2_000_000],
  [1280 * 720, 3_500_000],
  [1920 * 1080, 6_000_000],
  [2560 * 1440, 10_000_000],
  [3840 * 2160, 18_000_000],
];

/** Pixels cost less the more there are: below and above the table the rate follows the pixels to this power. */
const PIXEL_EXPONENT = 0.75;
/** Twice the frames cost half as much again: log2(1.5). */
const FRAME_RATE_EXPONENT = 0.585;
const TABLE_FRAME_RATE = 30;
const LOWEST_BPS = 64_000;

/** The cap of a rung, whatever the source: interpolated between the table's sizes, so that odd shapes get their share. */
export function peakBitrate({ width, height }: PictureSize, framesPerSecond: number): number {
  const speed = Math.max(1, framesPerSecond / TABLE_FRAME_RATE) ** FRAME_RATE_EXPONENT;
  return Math.max(LOWEST_BPS, tableBitrate(width * height) * speed);
}

function tableBitrate(pixels: number): number {
  const above = PEAKS.findIndex(([size]) => size >= pixels);
  const [lowPixels, lowBps] = PEAKS[above === -1 ? PEAKS.length - 1 : Math.max(0, above - 1)]!;
  const [highPixels, highBps] = PEAKS[above === -1 ? PEAKS.length - 1 : above]!;
  const exponent = highPixels === lowPixels ? PIXEL_EXPONENT : Math.log(highBps / lowBps) / Math.log(highPixels / lowPixels);
  return lowBps * (pixels / lowPixels) ** exponent;
}

/** How many bits H.264 needs for one bit of the source's codec. */
const BITS_FOR_BITS: Readonly<Record<string, number>> = {
  hevc: 1.7,
  vp9: 1.5,
  av1: 2,
  vvc: 2.5,
  mpeg2video: 0.6,
  mpeg1video: 0.6,
  mpeg4: 0.9,
};
/** What re-encoding may spend above that, in peaks. */
const HEADROOM = 1.5;
/** A source's stated rate is an average and may lie: the cap never falls below this share of the table's. */
const FLOOR = 0.35;

/**
 * The cap that a source of few bits sets to a rung of `pixels`: no more than the source itself holds for as many pixels.
 * Undefined when its rate is unknown.
 */
export function sourceBitrateCap(video: VideoStreamInfo, sourcePixels: number, pixels: number): number | undefined {
  if (video.bitrateBps === undefined) return undefined;
  const equivalent = video.bitrateBps * (BITS_FOR_BITS[video.codec] ?? 1) * HEADROOM;
  return equivalent * Math.min(1, pixels / sourcePixels) ** PIXEL_EXPONENT;
}

/** The cap of a rung for this source, in whole kilobits. */
export function rungBitrate(video: VideoStreamInfo, source: PictureSize, size: PictureSize, framesPerSecond: number): number {
  const peak = peakBitrate(size, framesPerSecond);
  const cap = sourceBitrateCap(video, source.width * source.height, size.width * size.height) ?? peak;
  return Math.round(Math.min(peak, Math.max(cap, peak * FLOOR)) / 1000) * 1000;
}
