import type { ChannelMix } from './ladder/channel-mix.ts';
import type { LadderFit } from './ladder/fit-ladder.ts';
import type { ReportNote } from './report-notes.ts';
import type { HdrLight } from './source-info.ts';
import type { Ticks } from './time.ts';

/**
 * The ladder and timeline of a title, fixed after the probe and never changed (I11): a correction is a new revision with
 * new rendition ids. It is stored as JSON beside the segments, and is all that playlists and chunks are made from.
 */
export interface Plan {
  version: 1;
  titleId: string;
  revision: number;
  /** Absolute source time (90 kHz) of title time zero. */
  originTicks: Ticks;
  timeline: Timeline;
  renditions: RenditionPlan[];
  /** Names the encoder build and preset the segments must come from, e.g. `libx264 5.1.9 veryfast`. */
  encoderFingerprint: string;
  /** Why streams that are H.264 or AAC already are encoded all the same, for the report. */
  notCopied?: (ReportNote & { streamIndex: number })[];
  /** What the ladder was fitted by; absent: it is the fixed one, and was meant to be. */
  ladderFit?: LadderFit;
}

/**
 * Where segments start and end, in title time at 90 kHz. Segment n is [boundaries[n], boundaries[n+1]).
 * An open-ended timeline (live, or a file still arriving) has `ended: false` and grows at its end only.
 */
export interface Timeline {
  boundaries: readonly Ticks[];
  /** Keyframes stand at every boundary and at every multiple of this. */
  keyframeIntervalTicks: Ticks;
  /** Boundaries follow the keyframes of a copied picture: segments are divided evenly instead, about that far apart. */
  followsSource?: true;
  /** EXT-X-TARGETDURATION, whole seconds: no segment's rounded duration exceeds it. */
  targetDurationSeconds: number;
  ended: boolean;
}

export type RenditionPlan = VideoRenditionPlan | IframeRenditionPlan | AudioRenditionPlan;

export interface VideoRenditionPlan {
  /** Appears in URLs and folder names: `v1080`, `v720`, …; from revision 1 on with a suffix, `v720-r1`. */
  id: string;
  kind: 'video';
  sourceStreamIndex: number;
  /** 90 kHz. */
  timescale: number;
  width: number;
  height: number;
  /** Frames per second, for FRAME-RATE and the level. */
  frameRate: number;
  crf: number;
  maxrateBps: number;
  bufsizeBits: number;
  preset: string;
  /** Absent: `h264`, as in plans of versions that knew no other. */
  codec?: VideoCodec;
  /** Kept as it is in the source; absent: standard range, BT.709. */
  hdr?: HdrFormat;
  /** As the codec counts: H.264 level × 10 (40 for 4.0), HEVC level × 30 (120), AV1's seq_level_idx (8). */
  level: number;
  /** RFC 6381, e.g. `avc1.640028`. */
  codecs: string;
  /** The source's own samples, as they are: nothing is encoded, and what is said above of encoding has no meaning. */
  copied?: CopiedRates;
}

/** What copied segments take, known before there are any: BANDWIDTH and AVERAGE-BANDWIDTH are made from them. */
export interface CopiedRates {
  peakBps: number;
  averageBps: number;
}

/** Pictures to look for a place by (EXT-X-I-FRAMES-ONLY): of each segment one, at its start. */
export interface IframeRenditionPlan extends Omit<VideoRenditionPlan, 'kind' | 'frameRate'> {
  /** `i360`; from revision 1 on with a suffix. */
  id: string;
  kind: 'iframe';
}

export const VIDEO_CODECS = ['h264', 'hevc', 'av1'] as const;
export type VideoCodec = (typeof VIDEO_CODECS)[number];

/** High dynamic range (ITU-R BT.2100), 10 bits, BT.2020, and what its source says of its light. */
export interface HdrFormat {
  range: 'PQ' | 'HLG';
  light?: HdrLight;
}

export interface AudioRenditionPlan {
  /** `a1`, `a2`, … in source order, `a1-surround` beside `a1`; from revision 1 on with a suffix. */
  id: string;
  kind: 'audio';
  sourceStreamIndex: number;
  /** The sample rate. */
  timescale: number;
  /** Samples per codec frame: 1024 for AAC-LC. */
  frameSamples: number;
  /** Where the first frame of its grid begins, in samples of title time: the grid of copied sound is its source's. Absent: 0. */
  gridOffsetSamples?: number;
  /** As of a picture. */
  copied?: CopiedRates;
  channels: number;
  bitrateBps: number;
  /** Absent where the source has these channels already, and in plans of versions that left the mixing to ffmpeg. */
  mix?: ChannelMix;
  codecs: string;
  /** BCP 47, or `und`. */
  language: string;
  name: string;
  isDefault: boolean;
  /** What the track is for, where it is not the film's own sound. */
  role?: 'description' | 'commentary';
}

/**
 * Consecutive segments [firstSegment, endSegment) of some renditions of one title: what one ffmpeg process encodes,
 * decoding once.
 */
export interface Chunk {
  titleId: string;
  planRevision: number;
  renditionIds: string[];
  firstSegment: number;
  /** Exclusive. */
  endSegment: number;
}

/** Throws RangeError for an id that the plan does not have. */
export function findRendition(plan: Plan, renditionId: string): RenditionPlan {
  const rendition = plan.renditions.find((candidate) => candidate.id === renditionId);
  if (!rendition) throw new RangeError(`Plan ${plan.titleId} has no rendition ${renditionId}`);
  return rendition;
}

/** What a rendition's pictures are coded as. */
export function codecOf({ codec = 'h264' }: Pick<VideoRenditionPlan, 'codec'>): VideoCodec {
  return codec;
}
