import type { VideoRenditionPlan } from '../plan.ts';
import type { VideoStreamInfo } from '../source-info.ts';
import { type Ticks, VIDEO_TIMESCALE } from '../time.ts';
import { planCodecVariants } from './codec-variants.ts';
import { h264Codecs, h264Level } from './h264-level.ts';
import type { LadderSettings, X264Preset } from './ladder-settings.ts';
import { displaySize, fitIntoRung, type PictureSize, rungScale } from './picture-size.ts';
import { rungBitrate } from './rung-bitrate.ts';

/** A rung with more of the pixels of the one above it is no choice for a viewer, only work. */
const CLOSEST_RUNGS = 0.7;
/** No rung below the first is narrower than this: long strips would become lines. */
const NARROWEST_SIDE = 120;
/** Apple authoring rules 1.18, 1.19. */
const HIGHEST_FRAME_RATE = 60;
/** Averages of sources that mean 60 come out a little above it. */
const FRAME_RATE_TOLERANCE = 1.1;
/** It is repeated at each keyframe. */
const LONGEST_STILL_TICKS = 2 * VIDEO_TIMESCALE;
/** The decoder's buffer: long enough for a keyframe, short enough for honest peaks. */
const BUFFER_SECONDS = 1.5;

/**
 * Frames the decoder holds: x264's reference frames of the preset, at least 4 for its B-frame pyramid
 * (x264 set.c: max of references, 1 + reordering, 4 with a pyramid).
 */
const DECODED_FRAMES: Readonly<Record<X264Preset, number>> = {
  superfast: 4,
  veryfast: 4,
  faster: 4,
  fast: 4,
  medium: 4,
  slow: 5,
  slower: 8,
  veryslow: 16,
};

/**
 * The rungs of a picture, best first, at least one: of H.264, which every player has, and then of each further codec. Never above the
 * source in size or frame rate; a source between two rungs is the top rung at its own size. Named by the short side: `v1080`.
 */
export function planVideoLadder(
  video: VideoStreamInfo,
  settings: LadderSettings,
  titleTicks: Ticks = video.endTicks - video.firstFrameTicks,
): VideoRenditionPlan[] {
  const rungs = planH264Ladder(video, settings, titleTicks);
  return [...rungs, ...(settings.furtherCodecs ?? []).flatMap((codec) => planCodecVariants(video, rungs, codec))];
}

function planH264Ladder(video: VideoStreamInfo, settings: LadderSettings, titleTicks: Ticks): VideoRenditionPlan[] {
  const source = displaySize(video);
  const frameRate = outputFrameRate(video, titleTicks);
  return chooseSizes(source, settings.rungs).map((size) => {
    const maxrateBps = rungBitrate(video, source, size, frameRate);
    const bufsizeBits = Math.round(maxrateBps * BUFFER_SECONDS);
    const level = h264Level({
      ...size,
      framesPerSecond: frameRate,
      maxrateBps,
      bufsizeBits,
      decodedFrames: DECODED_FRAMES[settings.preset],
    });
    return {
      id: `v${shortSide(size)}`,
      kind: 'video',
      sourceStreamIndex: video.index,
      timescale: VIDEO_TIMESCALE,
      ...size,
      frameRate,
      crf: settings.crf,
      maxrateBps,
      bufsizeBits,
      preset: settings.preset,
      level,
      codecs: h264Codecs(level),
    };
  });
}

/** Frames per second that are kept: of a faster source every second, third… frame. A lone frame lasts as long as it is shown. */
export function outputFrameRate(
  video: Pick<VideoStreamInfo, 'frameRate' | 'firstFrameTicks' | 'lastFrameTicks'>,
  titleTicks: Ticks,
): number {
  const { frameRate, firstFrameTicks, lastFrameTicks } = video;
  if (firstFrameTicks === lastFrameTicks) return Math.min(HIGHEST_FRAME_RATE, VIDEO_TIMESCALE / Math.min(titleTicks, LONGEST_STILL_TICKS));
  const source = frameRate.num / frameRate.den;
  const kept = source / Math.ceil(source / (HIGHEST_FRAME_RATE * FRAME_RATE_TOLERANCE));
  return Math.min(HIGHEST_FRAME_RATE, kept);
}

/** The best rung that the source fills, at most its own size, and all below it that differ enough. */
function chooseSizes(source: PictureSize, rungs: readonly number[]): PictureSize[] {
  const ascending = [...rungs].sort((a, b) => a - b);
  const top = ascending.find((rung) => rungScale(source, rung) >= 1) ?? ascending.at(-1);
  if (top === undefined) throw new RangeError('A ladder has at least one rung');
  const chosen = [fitIntoRung(source, top)];
  for (const rung of ascending.filter((lower) => lower < top).reverse()) {
    const size = fitIntoRung(source, rung);
    if (shortSide(size) >= NARROWEST_SIDE && pixels(size) <= CLOSEST_RUNGS * pixels(chosen.at(-1)!)) chosen.push(size);
  }
  return chosen;
}

function shortSide({ width, height }: PictureSize): number {
  return Math.min(width, height);
}

function pixels({ width, height }: PictureSize): number {
  return width * height;
}
