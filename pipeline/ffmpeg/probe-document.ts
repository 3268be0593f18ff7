import type { StreamHead } from './stream-extent.ts';

/** What ffprobe's JSON writer prints, as far as it is read. Numbers that can be 64-bit or unknown come as strings. */
export interface ProbeDocument {
  format?: ProbedFormat;
  streams: ProbedStream[];
  chapters: ProbedChapter[];
  packets_and_frames: ProbedItem[];
}

export interface ProbedFormat {
  format_name?: string;
  start_time?: string;
  duration?: string;
  bit_rate?: string;
  tags?: Record<string, string>;
}

export interface ProbedStream {
  index: number;
  codec_type?: string;
  codec_name?: string;
  codec_tag_string?: string;
  profile?: string;
  width?: number;
  height?: number;
  pix_fmt?: string;
  sample_aspect_ratio?: string;
  field_order?: string;
  color_range?: string;
  color_space?: string;
  color_transfer?: string;
  color_primaries?: string;
  closed_captions?: number;
  sample_rate?: string;
  channels?: number;
  channel_layout?: string;
  r_frame_rate?: string;
  avg_frame_rate?: string;
  nb_frames?: string;
  time_base?: string;
  start_time?: string;
  duration?: string;
  bit_rate?: string;
  disposition?: Record<string, number>;
  tags?: Record<string, string>;
  side_data_list?: ProbedSideData[];
}

export interface ProbedSideData {
  side_data_type?: string;
  /** Three lines of three integers, each after the line's number. */
  displaymatrix?: string;
  dv_profile?: number;
  /** A fraction of cd/m². */
  max_luminance?: string;
  min_luminance?: string;
  /** Chromaticities, as fractions. */
  red_x?: string;
  red_y?: string;
  green_x?: string;
  green_y?: string;
  blue_x?: string;
  blue_y?: string;
  white_point_x?: string;
  white_point_y?: string;
  /** cd/m² */
  max_content?: number;
  max_average?: number;
}

export interface ProbedChapter {
  start_time?: string;
  end_time?: string;
  tags?: Record<string, string>;
}

export interface ProbedItem {
  type: 'packet' | 'frame';
  stream_index?: number;
  pts?: number;
  dts?: number;
  best_effort_timestamp?: number;
  nb_samples?: number;
  interlaced_frame?: number;
  top_field_first?: number;
  side_data_list?: { side_data_type?: string }[];
}

/** Undefined when it is not the JSON of a probe: ffprobe leaves half an object behind when it fails. */
export function parseProbeDocument(text: string): ProbeDocument | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { format, streams, chapters, packets_and_frames } = parsed as Partial<ProbeDocument>;
  return {
    ...(format === undefined ? {} : { format }),
    streams: Array.isArray(streams) ? streams.filter((stream) => Number.isInteger(stream?.index)) : [],
    chapters: Array.isArray(chapters) ? chapters : [],
    packets_and_frames: Array.isArray(packets_and_frames) ? packets_and_frames : [],
  };
}

/** The heads of all streams that had a packet or a frame, by stream index. */
export function readStreamHeads(document: ProbeDocument): Map<number, StreamHead> {
  const heads = new Map<number, StreamHead>();
  for (const item of document.packets_and_frames) {
    if (item.stream_index === undefined) continue;
    const head = heads.get(item.stream_index) ?? emptyHead();
    heads.set(item.stream_index, head);
    if (item.type === 'packet') {
      head.packets += 1;
      if (item.side_data_list?.some(({ side_data_type }) => side_data_type === 'Encryption info')) head.encryptedPackets += 1;
      if (item.dts !== undefined) head.firstDts = Math.min(head.firstDts ?? item.dts, item.dts);
      continue;
    }
    head.frames += 1;
    // ffmpeg filters the best-effort time, so that is what its frames will carry.
    const pts = item.best_effort_timestamp ?? item.pts;
    if (pts !== undefined) head.framePts.push(pts);
    if (item.nb_samples !== undefined) head.frameSamples.push(item.nb_samples);
    if (item.interlaced_frame === 1) head.interlacedFrames += 1;
    if (item.top_field_first === 1) head.topFieldFirst = true;
  }
  for (const head of heads.values()) head.framePts.sort((a, b) => a - b);
  return heads;
}

export function emptyHead(): StreamHead {
  return { packets: 0, encryptedPackets: 0, framePts: [], frames: 0, frameSamples: [], interlacedFrames: 0, topFieldFirst: false };
}
