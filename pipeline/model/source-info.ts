import type { CaptionFacts } from './captions.ts';
import type { Rational, Ticks } from './time.ts';

/**
 * What the probe found out about a source. All `…Ticks` are absolute source time (the container's own clock) at 90 kHz.
 * Stream indexes are the container's, as ffmpeg's `-map 0:N` takes them.
 */
export interface SourceInfo {
  /** ffmpeg's demuxer names, e.g. `['mov','mp4','m4a','3gp','3g2','mj2']`. */
  formatNames: string[];
  sizeBytes: number;
  /** The container's overall bit rate, when it states one. */
  bitrateBps?: number;
  /** What the container claims; the truth is in the streams' endTicks. */
  statedDurationTicks?: Ticks;
  /** The picture that is played: the first video stream that is not a cover. */
  video?: VideoStreamInfo;
  audio: AudioStreamInfo[];
  /** Every other stream: further video streams, covers, subtitles, data, attachments. */
  others: OtherStreamInfo[];
  /** Recordings that follow in the same file with a clock and a format of their own (chained Ogg), and are not played. */
  linksLeftOut?: number;
  /** How often its clock begins anew: what comes then at times that were there before is not played. */
  clockRestarts?: number;
  /** How many chapters the container names. */
  chapterCount?: number;
  /** What they are; absent in what earlier versions stored. */
  chapters?: ChapterInfo[];
  /** Tags of the container, keys in lower case: title, artist, album… */
  tags: Record<string, string>;
}

export interface VideoStreamInfo extends CaptionFacts {
  index: number;
  codec: string;
  profile?: string;
  pixelFormat: string;
  /** As coded, before rotation and pixel shape. */
  width: number;
  height: number;
  sampleAspectRatio: Rational;
  /** Clockwise turn needed to show it upright: 0, 90, 180 or 270. */
  rotationDegrees: 0 | 90 | 180 | 270;
  /** Whether left and right are exchanged before it is turned. */
  isMirrored?: boolean;
  /** Average frame rate; a hint for the ladder only, never for the grid. */
  frameRate: Rational;
  timeBase: Rational;
  /** `progressive`, `tt`, `bb`, `tb`, `bt` or `unknown`. */
  fieldOrder: string;
  /** Its frames do not say that they consist of fields; it was seen, or the container says so. */
  areFieldsUnmarked?: boolean;
  colorTransfer?: string;
  colorPrimaries?: string;
  colorSpace?: string;
  colorRange?: string;
  /** The brightest light of an HDR picture as its metadata has it, in cd/m². */
  peakNits?: number;
  /** Absent where the source does not say, and in what earlier versions stored. */
  hdrLight?: HdrLight;
  /** 5 has no picture of its own without its metadata; 7 and 8 have a base layer that is one. */
  dolbyVisionProfile?: number;
  bitrateBps?: number;
  /** PTS of the first frame a decoder shows: title time zero. */
  firstFrameTicks: Ticks;
  /** PTS of the last frame. */
  lastFrameTicks: Ticks;
  /** Where the last frame's display ends. */
  endTicks: Ticks;
}

/** Static metadata of an HDR picture. */
export interface HdrLight {
  /** SMPTE ST 2086: chromaticities in units of 0.00002, luminances in 0.0001 cd/m². */
  mastering?: {
    red: Chromaticity;
    green: Chromaticity;
    blue: Chromaticity;
    white: Chromaticity;
    maxLuminance: number;
    minLuminance: number;
  };
  /** CTA-861.3, cd/m². */
  content?: { maxCll: number; maxFall: number };
}

export type Chromaticity = readonly [x: number, y: number];

export interface AudioStreamInfo {
  index: number;
  codec: string;
  profile?: string;
  sampleRate: number;
  channels: number;
  channelLayout?: string;
  timeBase: Rational;
  bitrateBps?: number;
  language?: string;
  title?: string;
  isDefault: boolean;
  /** For the blind: somebody tells what is to be seen. */
  isDescription?: boolean;
  /** Somebody talks about the film. */
  isCommentary?: boolean;
  /** Its times lie a little beside its frames, though its clock could tell each sample: as where another container's milliseconds were kept. */
  isJittery?: boolean;
  /** Its times cannot be believed: its samples are counted from the first one on, without a gap, and nothing is found by seeking. */
  isCounted?: boolean;
  /** Several of its frames lie in each packet, and a decoder takes only the first: it is taken out of its container before it is decoded. */
  isPacked?: boolean;
  /** PTS of the first sample that is heard. */
  startTicks: Ticks;
  /** Where the last sample ends. */
  endTicks: Ticks;
  /**
   * Samples per decoded frame (the greatest common divisor over a few frames). Positions of sources whose time base is
   * coarser than a sample are rounded to this grid; 0 when unknown.
   */
  frameSamples: number;
  /** Absolute source position, in samples, of the start of some frame of that grid; the first sample's when absent. */
  gridAnchorSamples?: number;
}

export interface ChapterInfo {
  startTicks: Ticks;
  endTicks: Ticks;
  title?: string;
}

export interface OtherStreamInfo {
  index: number;
  kind: 'video' | 'audio' | 'cover' | 'subtitle' | 'data' | 'attachment' | 'unknown';
  codec: string;
  language?: string;
  title?: string;
  /** What the container says of a subtitle. */
  isDefault?: boolean;
  isForced?: boolean;
  isHearingImpaired?: boolean;
  /** Why a video or audio stream is not played, for people: nothing in it could be decoded. */
  reason?: string;
}
