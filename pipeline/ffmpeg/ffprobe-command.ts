import { rescale, type Ticks, VIDEO_TIMESCALE } from '../model/time.ts';
import { MOST_PIXELS } from './source-limits.ts';

/**
 * The containers that are films or sound, by ffmpeg's demuxer names; ffmpeg's own choice by content must be one of them.
 * Left out on purpose: whatever names other files or hosts (hls, dash, concat, sdp, webm_dash_manifest, image2 patterns),
 * devices (lavfi, x11grab), text drawn as pictures (tty, xbin), stills, subtitles, and the formats of old games; AMR without its
 * header too, which ffmpeg sees in any noise (an MP3 behind 200 kB of something else).
 */
export const ALLOWED_DEMUXERS: readonly string[] = [
  ...['mov', 'matroska', 'mpegts', 'mpeg', 'avi', 'flv', 'ogg', 'asf', 'asf_o', 'mxf', 'gxf', 'rm', 'nut', 'nsv', 'ivf', 'wtv', 'dv'],
  ...['wav', 'w64', 'aiff', 'caf', 'au', 'voc', 'flac', 'mp3', 'aac', 'loas', 'ac3', 'eac3', 'dts', 'dtshd', 'truehd', 'mlp', 'amr'],
  ...['ape', 'wv', 'tta', 'tak', 'oma', 'mpc', 'mpc8', 'dsf', 'iff', 'qcp', 'sox', 'xwma'],
  ...['h261', 'h263', 'h264', 'hevc', 'av1', 'obu', 'm4v', 'mpegvideo', 'vc1', 'dirac', 'gif', 'apng'],
];

/**
 * Options of both ffprobe and ffmpeg that keep an input to the one local file, whatever it names inside, and its pictures to a
 * size that fits in memory, also where they grow in the middle.
 */
export const INPUT_LIMITS: readonly string[] = [
  ...['-protocol_whitelist', 'file', '-format_whitelist', ALLOWED_DEMUXERS.join(',')],
  ...['-max_pixels', String(MOST_PIXELS)],
];

/** `path` is absolute: as `file:<path>` neither a leading dash nor a colon in it means anything to ffmpeg. */
export function inputArgs(path: string): string[] {
  return [...INPUT_LIMITS, '-i', `file:${path}`];
}

const HEAD_PACKET_FIELDS = 'packet=stream_index,pts,dts:packet_side_data=side_data_type';
const HEAD_FRAME_FIELDS = 'frame=stream_index,pts,best_effort_timestamp,nb_samples,interlaced_frame,top_field_first';

/** JSON: the container, its streams, and the first `packetCount` packets of all of them with the frames they decode to. */
export function headArgs(packetCount: number): string[] {
  return [
    ...['-of', 'json', '-show_format', '-show_streams', '-show_chapters'],
    ...['-show_entries', `${HEAD_PACKET_FIELDS}:${HEAD_FRAME_FIELDS}`, '-read_intervals', `%+#${packetCount}`],
  ];
}

/** JSON: the first `packetCount` packets of one stream and their frames. Reads until it has them, or to the end. */
export function streamHeadArgs(streamIndex: number, packetCount: number): string[] {
  return [
    ...['-of', 'json', '-select_streams', String(streamIndex)],
    ...['-show_entries', `${HEAD_PACKET_FIELDS}:${HEAD_FRAME_FIELDS}`, '-read_intervals', `%+#${packetCount}`],
  ];
}

/** A stretch of absolute source time at 90 kHz; an absent bound is the source's own. */
export interface ReadInterval {
  fromTicks?: Ticks;
  toTicks?: Ticks;
}

/** Lines for parsePacketLine, of one stream or of all. Nothing is decoded. */
export function packetArgs(interval: ReadInterval, streamIndex?: number): string[] {
  return [
    ...['-of', 'compact', '-show_entries', 'packet=stream_index,pts,dts,duration,flags'],
    ...(streamIndex === undefined ? [] : ['-select_streams', String(streamIndex)]),
    ...(interval.fromTicks === undefined && interval.toTicks === undefined ? [] : ['-read_intervals', renderInterval(interval)]),
  ];
}

/** Lines `frame|best_effort_timestamp=…` of what a stream decodes to. */
export function frameArgs(interval: ReadInterval, streamIndex: number): string[] {
  const fields = ['-of', 'compact', '-show_entries', 'frame=best_effort_timestamp', '-select_streams', String(streamIndex)];
  return [...fields, '-read_intervals', renderInterval(interval)];
}

/** ffprobe seeks to the keyframe at or before `from`, and stops at the first packet whose PTS is `to` or later. */
function renderInterval({ fromTicks, toTicks }: ReadInterval): string {
  return `${fromTicks === undefined ? '' : renderSeconds(fromTicks)}%${toTicks === undefined ? '' : renderSeconds(toTicks)}`;
}

/** Exact to ffprobe's microsecond. */
function renderSeconds(ticks: Ticks): string {
  const microseconds = rescale(ticks, VIDEO_TIMESCALE, 1_000_000);
  const magnitude = Math.abs(microseconds);
  const fraction = String(magnitude % 1_000_000).padStart(6, '0');
  return `${microseconds < 0 ? '-' : ''}${Math.floor(magnitude / 1_000_000)}.${fraction}`;
}
