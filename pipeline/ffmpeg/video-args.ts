import { codecOf, type IframeRenditionPlan, type VideoCodec, type VideoRenditionPlan } from '../model/plan.ts';
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

/** What pictureFilters makes (ITU-T H.264 E.2.1, H.265 E.2.1): as x264 and x265 name it. */
const COLORS = {
  SDR: 'colorprim=bt709:transfer=bt709:colormatrix=bt709',
  PQ: 'colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc',
  HLG: 'colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc',
} as const;

/** The colours are stated here, since what frames state may change within a source, and the parameter sets with it. */
const X264_PARAMETERS = `open-gop=0:scenecut=0:${COLORS.SDR}:fullrange=off:chromaloc=0`;

/** No keyframe but the planned ones: more frames than any chunk has. */
const NEVER = '100000';

/** A chunk starts with an empty history: half a buffer keeps the first segment's peak under the cap (tried). */
const FIRST_FULLNESS = 0.5;

/** Encoder arguments of one rung. `keyframes`: title time (90 kHz), ascending, none before the chunk's start. */
export function videoEncoderArgs(rendition: VideoRenditionPlan, keyframes: readonly Ticks[]): string[] {
  const codec = codecOf(rendition);
  return [
    ...ENCODER_ARGS[codec](rendition),
    '-g',
    NEVER,
    // libaom's keyframes are that without being asked.
    ...(codec === 'av1' ? [] : ['-keyint_min', '1', '-forced-idr', '1']),
    '-force_key_frames',
    keyframes.map(wholeMicroseconds).join(','),
    ...TIME_ARGS,
  ];
}

/** As videoEncoderArgs, where each frame is a keyframe. (`-g 1` would say so in the SPS, by a flag that High profile has no meaning for.) */
export function iframeEncoderArgs(rendition: IframeRenditionPlan): string[] {
  return [
    ...x264Quality(rendition),
    ...['-x264-params', `vbv-init=1:fps=1:bframes=0:ref=1:${X264_PARAMETERS}`],
    ...['-g', NEVER, '-forced-idr', '1', '-force_key_frames', 'expr:1'],
    ...TIME_ARGS,
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

const ENCODER_ARGS: Readonly<Record<VideoCodec, (rendition: VideoRenditionPlan) => string[]>> = {
  h264: x264Args,
  hevc: x265Args,
  av1: libaomArgs,
};

/** Its rate control goes by the rate that is stated here: sources state any, and a frame of a thousandth of a second is made grey. */
function x264Args(rendition: VideoRenditionPlan): string[] {
  const parameters = `vbv-init=${FIRST_FULLNESS}:fps=${rendition.frameRate.toFixed(3)}:${X264_PARAMETERS}`;
  return [...x264Quality(rendition), '-x264-params', parameters];
}

function x264Quality(rendition: VideoRenditionPlan | IframeRenditionPlan): string[] {
  return [
    ...['-c:v', 'libx264', '-preset', rendition.preset, '-profile:v', 'high', '-level:v', (rendition.level / 10).toFixed(1)],
    ...cappedQuality(rendition),
  ];
}

/**
 * x265 counts frames where x264 goes by their times, so it is told the planned rate: what a source states may be anything. Its
 * version and the rate stay out of the stream, which all chunks are to have alike.
 */
function x265Args(rendition: VideoRenditionPlan): string[] {
  const { frameRate, level, preset, hdr } = rendition;
  const parameters = [
    `fps=${frameRate.toFixed(3)}`,
    `level-idc=${(level / 30).toFixed(1)}`,
    `vbv-init=${FIRST_FULLNESS}`,
    'open-gop=0:scenecut=0:vui-timing-info=0:info=0:log-level=error',
    `${COLORS[hdr?.range ?? 'SDR']}:range=limited:chromaloc=0`,
  ];
  return [
    ...['-c:v', 'libx265', '-preset', preset, '-profile:v', hdr ? 'main10' : 'main', '-tag:v', 'hvc1'],
    ...cappedQuality(rendition),
    ...['-x265-params', parameters.join(':')],
  ];
}

function cappedQuality({ crf, maxrateBps, bufsizeBits }: Pick<VideoRenditionPlan, 'crf' | 'maxrateBps' | 'bufsizeBits'>): string[] {
  return ['-crf', String(crf), '-maxrate', String(maxrateBps), '-bufsize', String(bufsizeBits)];
}

/** At 7 and 8 it needs more bits than x264 at `veryfast`, at 5 half as much time again for a twentieth of the bits (tried). */
const LIBAOM_SPEED = '6';

/**
 * libaom for real time: otherwise each forced keyframe is followed by another one or two (tried). A constant rate with a limit to the
 * quality is a capped quality; its own "constrained quality" did not keep to a cap (tried).
 */
function libaomArgs({ crf, maxrateBps, bufsizeBits }: VideoRenditionPlan): string[] {
  const rate = String(maxrateBps);
  return [
    ...['-c:v', 'libaom-av1', '-usage', 'realtime', '-cpu-used', LIBAOM_SPEED, '-row-mt', '1', '-qmin', String(crf)],
    ...['-b:v', rate, '-minrate', rate, '-maxrate', rate, '-bufsize', String(bufsizeBits)],
    ...['-rc_init_occupancy', String(Math.round(bufsizeBits * FIRST_FULLNESS))],
    ...['-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709'],
    ...['-color_range', 'tv', '-chroma_sample_location', 'left'],
    // Only the first keyframe tells ffmpeg what stands in av1C.
    ...['-movflags', '+delay_moov'],
  ];
}

/**
 * ffmpeg drops what is finer than a microsecond and rounds the rest to the encoder's ticks. The microsecond at or before a
 * tick rounds to that tick; anything earlier would make a keyframe of a frame that stands one tick before the boundary (tried).
 */
function wholeMicroseconds(ticks: Ticks): string {
  return (Math.floor((ticks * 1_000_000) / VIDEO_TIMESCALE) / 1_000_000).toFixed(6);
}
