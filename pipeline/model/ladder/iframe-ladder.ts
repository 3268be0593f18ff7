import type { IframeRenditionPlan } from '../plan.ts';
import type { VideoStreamInfo } from '../source-info.ts';
import { VIDEO_TIMESCALE } from '../time.ts';
import { h264Codecs, h264Level } from './h264-level.ts';
import type { LadderSettings } from './ladder-settings.ts';
import { displaySize, fitIntoRung } from './picture-size.ts';
import { rungBitrate } from './rung-bitrate.ts';

/** Looked at while a finger is on the timeline, small. */
const RUNG = 360;
/** Of what a rung of this size may spend: a segment has one frame. */
const RATE_SHARE = 1 / 4;
/** One frame takes as much at the most as the rate allows in this. */
const BUFFER_SECONDS = 2;
/** Upper bound, for the level: the shortest segments last a second. */
const FRAMES_PER_SECOND = 1;

/** The I-frame rendition of a picture: one is enough, and cheap enough to be there before the film is. */
export function planIframeRenditions(
  video: VideoStreamInfo,
  { crf, preset }: Pick<LadderSettings, 'crf' | 'preset'>,
): IframeRenditionPlan[] {
  const source = displaySize(video);
  const size = fitIntoRung(source, RUNG);
  const maxrateBps = Math.round(rungBitrate(video, source, size, FRAMES_PER_SECOND) * RATE_SHARE);
  const bufsizeBits = maxrateBps * BUFFER_SECONDS;
  const level = h264Level({ ...size, framesPerSecond: FRAMES_PER_SECOND, maxrateBps, bufsizeBits, decodedFrames: 1 });
  return [
    {
      id: `i${Math.min(size.width, size.height)}`,
      kind: 'iframe',
      sourceStreamIndex: video.index,
      timescale: VIDEO_TIMESCALE,
      ...size,
      crf,
      maxrateBps,
      bufsizeBits,
      preset,
      level,
      codecs: h264Codecs(level),
    },
  ];
}
