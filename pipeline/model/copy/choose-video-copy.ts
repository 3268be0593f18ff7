import { displaySize } from '../ladder/picture-size.ts';
import { peakBitrate } from '../ladder/rung-bitrate.ts';
import type { AvcConfiguration } from '../mp4/avc-configuration.ts';
import { BoxError } from '../mp4/box.ts';
import type { MovieTrack } from '../mp4/movie-track.ts';
import { parseSps, type Sps } from '../mp4/sps.ts';
import { isFullRange, pictureColor } from '../picture-color.ts';
import type { Timeline, VideoRenditionPlan } from '../plan.ts';
import type { VideoStreamInfo } from '../source-info.ts';
import { secondsToTicks, type Ticks, VIDEO_TIMESCALE } from '../time.ts';
import type { TimelineSettings } from '../timeline/boundaries.ts';
import { followKeyframes } from '../timeline/follow-keyframes.ts';
import { cleanKeyframes, pictureTicks, segmentSamples } from './copied-picture.ts';
import { type CopyDecision, type CopySource, encodeBecause, isWhole, NO_TABLES } from './copy-source.ts';
import { measureCopy } from './measure-copy.ts';

/** Baseline, Main and High: what browsers decode (Apple authoring rule 1.3). */
const PROFILES = new Set([66, 77, 100]);
const HIGHEST_LEVEL = 52;
const HIGHEST_FRAME_RATE = 60.05;
/** Players take a picture of fewer lines that states no colours for BT.601. */
const LINES_OF_BT709 = 720;
/** Times the rate that the ladder allows the rung: with more, viewers would fall to the rung below who could have this size. */
const MOST_BITS = 2;
const MOST_PEAK_BITS = 4;

export interface VideoCopyInput {
  video: VideoStreamInfo;
  /** What would be encoded: the best rung. */
  top: VideoRenditionPlan;
  copySource: CopySource;
  /** Where the title ends, title time. */
  endTicks: Ticks;
  settings: TimelineSettings;
}

export type VideoCopyDecision = CopyDecision<{ rendition: VideoRenditionPlan; timeline: Timeline }>;

/** Whether the best rung of an H.264 source can be the source's own picture, and then the rung and the title's timeline. */
export function chooseVideoCopy(input: VideoCopyInput): VideoCopyDecision {
  const { video, top, copySource } = input;
  const track = copySource.tracks.get(video.index);
  if (!track?.avc || !isWhole(track, copySource.sizeBytes)) return encodeBecause('uncopied-container', NO_TABLES);
  const sps = onlySps(track.avc);
  if (!sps || track.avc.lengthBytes !== 4)
    return encodeBecause('uncopied-parameter-sets', 'Not copied: its parameters change on the way, or are stored unusually.');
  return refuseStream(video, top, sps) ?? chooseByTimes(input, track, track.avc.profileHex, sps);
}

/** Undefined where there are several, or none that makes sense. */
function onlySps({ sps: [sps, ...more], pps }: AvcConfiguration): Sps | undefined {
  if (!sps || more.length > 0 || pps.length === 0) return undefined;
  try {
    return parseSps(sps);
  } catch (error) {
    if (error instanceof BoxError) return undefined;
    throw error;
  }
}

/** What the stream as a whole says. */
function refuseStream(video: VideoStreamInfo, top: VideoRenditionPlan, sps: Sps): VideoCopyDecision | undefined {
  const { sampleAspectRatio: pixel, rotationDegrees, isMirrored, fieldOrder, areFieldsUnmarked } = video;
  if (!PROFILES.has(sps.profile) || sps.level > HIGHEST_LEVEL || sps.chromaFormat !== 1 || sps.bitDepthLuma + sps.bitDepthChroma !== 16)
    return encodeBecause('uncopied-profile', 'Not copied: browsers do not decode this profile of H.264.');
  if (sps.isInterlaced || areFieldsUnmarked || !['progressive', 'unknown'].includes(fieldOrder))
    return encodeBecause('uncopied-fields', 'Not copied: it is coded as fields, or may be.');
  if (rotationDegrees !== 0 || isMirrored || pixel.num !== pixel.den)
    return encodeBecause('uncopied-shape', 'Not copied: it is turned, mirrored or of pixels that are not square.');
  if (!isPlainBt709(video)) return encodeBecause('uncopied-colors', 'Not copied: its colours are not those of every screen (BT.709).');
  const shown = displaySize(video);
  if (sps.width !== shown.width || sps.height !== shown.height)
    return encodeBecause('uncopied-shape', 'Not copied: a part of its picture is to be shown only.');
  if (top.width !== shown.width || top.height !== shown.height)
    return encodeBecause('uncopied-size', 'Not copied: it is larger than the best rung of the ladder.');
  if (video.frameRate.num / video.frameRate.den > HIGHEST_FRAME_RATE)
    return encodeBecause('uncopied-frame-rate', 'Not copied: it has more than 60 frames a second.');
  return undefined;
}

function isPlainBt709(video: VideoStreamInfo): boolean {
  if (pictureColor(video).kind !== 'bt709' || isFullRange(video) || video.dolbyVisionProfile !== undefined) return false;
  return video.colorSpace === 'bt709' || video.height >= LINES_OF_BT709;
}

/** What its samples say. */
function chooseByTimes(
  { video, top, copySource, ...input }: VideoCopyInput,
  track: MovieTrack,
  profileHex: string,
  sps: Sps,
): VideoCopyDecision {
  const ticks = pictureTicks(track, video.firstFrameTicks);
  if (!areTimesPlain(ticks, video, track, input.settings))
    return encodeBecause('uncopied-times', 'Not copied: its frames have times that only a decoder makes sense of, or long gaps.');
  if (!copySource.areKeyframesSound) return encodeBecause('uncopied-keyframes', 'Not copied: not every keyframe can be started from.');
  const keyframes = cleanKeyframes(track, ticks).map((sample) => ticks[sample] as Ticks);
  const timeline = keyframes[0] === 0 ? followKeyframes(keyframes, input.endTicks, input.settings) : undefined;
  if (!timeline) return encodeBecause('uncopied-keyframes', 'Not copied: the keyframes that it can be cut at are too far apart.');
  const starts = segmentSamples(ticks, timeline.boundaries);
  const sizes = starts.slice(0, -1).map((start, segment) => track.samples.sizes.subarray(start, starts[segment + 1]));
  const rates = measureCopy(timeline, top, sizes);
  const allowedBps = peakBitrate(top, top.frameRate);
  if (rates.averageBps > MOST_BITS * allowedBps || rates.peakBps > MOST_PEAK_BITS * allowedBps)
    return encodeBecause('uncopied-bit-rate', `Not copied: at ${megabits(rates.averageBps)} few viewers could play it at this size.`);
  const rendition: VideoRenditionPlan = {
    ...top,
    maxrateBps: rates.peakBps,
    level: sps.level,
    codecs: `avc1.${profileHex}`,
    copied: rates,
  };
  return { kind: 'copy', rendition, timeline };
}

/** The probe, which decodes, sees the same first and last frame; none is hidden, doubled, or stands for longer than a keyframe interval. */
function areTimesPlain(ticks: Float64Array, video: VideoStreamInfo, track: MovieTrack, { keyframeSeconds }: TimelineSettings): boolean {
  const shown = ticks.slice().sort();
  const last = shown.at(-1);
  const editEnd = track.editEndTicks === undefined ? undefined : (track.editEndTicks / track.timescale) * VIDEO_TIMESCALE;
  if (shown[0] !== 0 || last !== video.lastFrameTicks - video.firstFrameTicks) return false;
  if (editEnd !== undefined && video.lastFrameTicks >= editEnd) return false;
  const longest = secondsToTicks(keyframeSeconds);
  return shown.every((time, index) => {
    const gap = index === 0 ? 1 : time - (shown[index - 1] as number);
    return gap > 0 && gap <= longest;
  });
}

function megabits(bps: number): string {
  return `${(bps / 1e6).toFixed(1)} Mb/s`;
}
