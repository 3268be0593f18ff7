import type { IframeRenditionPlan, VideoRenditionPlan } from '../model/plan.ts';
import { type Ticks, VIDEO_TIMESCALE } from '../model/time.ts';

/** Fragments of one frame each, at absolute times: the packager makes segments and parts of them (design §6). */
export const FRAGMENT_ARGS = [
  '-f',
  'mp4',
  '-movflags',
  '+frag_every_frame+empty_moov+default_base_moof+frag_discont',
  '-use_editlist',
  '0',
  '-avoid_negative_ts',
  'disabled',
  '-flush_packets',
  '1',
  '-map_metadata',
  '-1',
  '-map_chapters',
  '-1',
] as const;

/** What pictureFilters makes (ITU-T H.264 E.2.1). */
const COLORS = 'colorprim=bt709:transfer=bt709:colormatrix=bt709:fullrange=off:chromaloc=0';

/** No keyframe but the planned ones: more frames than any chunk has. */
const NEVER = '100000';

/** Encoder arguments of one rung. `keyframes`: title time (90 kHz), ascending, none before the chunk's start. */
export function videoEncoderArgs(rendition: VideoRenditionPlan, keyframes: readonly Ticks[]): string[] {
  return [
    ...qualityArgs(rendition),
    // A chunk starts with an empty history: half a buffer keeps the first segment's peak under the cap (tried). The colours are
    // stated here, since what frames state may change within a source, and SPS with it.
    // Its rate control goes by the rate that is stated here: sources state any, and a frame of a thousandth of a second is made grey.
    '-x264-params',
    `vbv-init=0.5:fps=${rendition.frameRate.toFixed(3)}:open-gop=0:scenecut=0:${COLORS}`,
    '-g',
    NEVER,
    '-keyint_min',
    '1',
    '-forced-idr',
    '1',
    '-force_key_frames',
    keyframes.map(wholeMicroseconds).join(','),
    ...TIME_ARGS,
  ];
}

/** As videoEncoderArgs, where each frame is a keyframe. (`-g 1` would say so in the SPS, by a flag that High profile has no meaning for.) */
export function iframeEncoderArgs(rendition: IframeRenditionPlan): string[] {
  return [
    ...qualityArgs(rendition),
    '-x264-params',
    `vbv-init=1:fps=1:open-gop=0:scenecut=0:bframes=0:ref=1:${COLORS}`,
    '-g',
    NEVER,
    '-forced-idr',
    '1',
    '-force_key_frames',
    'expr:1',
    ...TIME_ARGS,
  ];
}

function qualityArgs(rendition: VideoRenditionPlan | IframeRenditionPlan): string[] {
  return [
    '-c:v',
    'libx264',
    '-preset',
    rendition.preset,
    '-profile:v',
    'high',
    '-level:v',
    (rendition.level / 10).toFixed(1),
    '-crf',
    String(rendition.crf),
    '-maxrate',
    String(rendition.maxrateBps),
    '-bufsize',
    String(rendition.bufsizeBits),
  ];
}

const TIME_ARGS = [
  // Frames keep the source's own times to the tick; without it they are rounded to 1/fps (tried).
  '-enc_time_base',
  `1:${VIDEO_TIMESCALE}`,
  '-fps_mode',
  'passthrough',
  '-video_track_timescale',
  String(VIDEO_TIMESCALE),
  '-flags:v',
  '+global_header',
] as const;

/**
 * ffmpeg drops what is finer than a microsecond and rounds the rest to the encoder's ticks. The microsecond at or before a
 * tick rounds to that tick; anything earlier would make a keyframe of a frame that stands one tick before the boundary (tried).
 */
function wholeMicroseconds(ticks: Ticks): string {
  return (Math.floor((ticks * 1_000_000) / VIDEO_TIMESCALE) / 1_000_000).toFixed(6);
}
