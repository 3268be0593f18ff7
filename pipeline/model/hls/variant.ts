import { parseAttributeList, quote, type Resolution, renderAttributeList, required } from './attribute-list.ts';

/** EXT-X-STREAM-INF and the URI on the line after it (rfc8216bis 4.4.6.2). */
export interface Variant {
  /** BANDWIDTH, required: the largest sum of peak segment bit rates of any playable combination of renditions. */
  bandwidthBps: number;
  /** AVERAGE-BANDWIDTH: as BANDWIDTH, of averages. Required by Apple authoring 9.14. */
  averageBandwidthBps?: number;
  /** CODECS: every format in the variant, comma-separated RFC 6381. Required by Apple authoring 9.1. */
  codecs?: string;
  /** RESOLUTION, for video. Required by Apple authoring 9.2. */
  resolution?: Resolution;
  /** FRAME-RATE, for video: the highest in the variant, three decimals. Required by Apple authoring 9.15. */
  frameRate?: number;
  /** VIDEO-RANGE: SDR, HLG or PQ. */
  videoRange?: string;
  /** AUDIO: a GROUP-ID of EXT-X-MEDIA tags of that type. */
  audioGroupId?: string;
  /** SUBTITLES: a GROUP-ID of EXT-X-MEDIA tags of that type. */
  subtitleGroupId?: string;
  /** CLOSED-CAPTIONS: a GROUP-ID, or `none` for the enumerated NONE. */
  closedCaptions?: { groupId: string } | 'none';
  /** The media playlist, required. */
  uri: string;
}

export function renderVariant(variant: Variant): string[] {
  const { closedCaptions, resolution } = variant;
  const attributes = renderAttributeList([
    ['BANDWIDTH', `${variant.bandwidthBps}`],
    ['AVERAGE-BANDWIDTH', variant.averageBandwidthBps?.toString()],
    ['CODECS', quote(variant.codecs)],
    ['RESOLUTION', resolution && `${resolution.width}x${resolution.height}`],
    ['FRAME-RATE', variant.frameRate?.toFixed(3)],
    ['VIDEO-RANGE', variant.videoRange],
    ['AUDIO', quote(variant.audioGroupId)],
    ['SUBTITLES', quote(variant.subtitleGroupId)],
    ['CLOSED-CAPTIONS', closedCaptions === 'none' ? 'NONE' : quote(closedCaptions?.groupId)],
  ]);
  return [`#EXT-X-STREAM-INF:${attributes}`, variant.uri];
}

/** The attributes; the URI is the caller's to add from the next line. */
export function parseStreamInf(value: string, line: number): Omit<Variant, 'uri'> {
  const attributes = parseAttributeList(value, line);
  const averageBandwidthBps = attributes.integer('AVERAGE-BANDWIDTH');
  const codecs = attributes.quoted('CODECS');
  const resolution = attributes.resolution('RESOLUTION');
  const frameRate = attributes.decimal('FRAME-RATE');
  const videoRange = attributes.enumerated('VIDEO-RANGE');
  const audioGroupId = attributes.quoted('AUDIO');
  const subtitleGroupId = attributes.quoted('SUBTITLES');
  const captions = attributes.raw('CLOSED-CAPTIONS');
  return {
    bandwidthBps: required(attributes.integer('BANDWIDTH'), 'BANDWIDTH', line),
    ...(averageBandwidthBps === undefined ? {} : { averageBandwidthBps }),
    ...(codecs === undefined ? {} : { codecs }),
    ...(resolution === undefined ? {} : { resolution }),
    ...(frameRate === undefined ? {} : { frameRate }),
    ...(videoRange === undefined ? {} : { videoRange }),
    ...(audioGroupId === undefined ? {} : { audioGroupId }),
    ...(subtitleGroupId === undefined ? {} : { subtitleGroupId }),
    ...(captions === undefined
      ? {}
      : { closedCaptions: captions === 'NONE' ? ('none' as const) : { groupId: attributes.quoted('CLOSED-CAPTIONS') ?? '' } }),
  };
}

/** EXT-X-I-FRAME-STREAM-INF (rfc8216bis 4.4.6.3): a media playlist of I-frames, to look for a place by. The URI is an attribute. */
export interface IframeVariant {
  /** BANDWIDTH, required: the peak segment bit rate of its playlist. */
  bandwidthBps: number;
  /** AVERAGE-BANDWIDTH. */
  averageBandwidthBps?: number;
  /** CODECS. Required by Apple authoring 9.3. */
  codecs?: string;
  /** RESOLUTION. Required by Apple authoring 9.4. */
  resolution?: Resolution;
  /** URI, required. */
  uri: string;
}

export function renderIframeVariant({ bandwidthBps, averageBandwidthBps, codecs, resolution, uri }: IframeVariant): string {
  return `#EXT-X-I-FRAME-STREAM-INF:${renderAttributeList([
    ['BANDWIDTH', `${bandwidthBps}`],
    ['AVERAGE-BANDWIDTH', averageBandwidthBps?.toString()],
    ['CODECS', quote(codecs)],
    ['RESOLUTION', resolution && `${resolution.width}x${resolution.height}`],
    ['URI', quote(uri)],
  ])}`;
}

export function parseIframeStreamInf(value: string, line: number): IframeVariant {
  const { bandwidthBps, averageBandwidthBps, codecs, resolution } = parseStreamInf(value, line);
  return {
    bandwidthBps,
    ...(averageBandwidthBps === undefined ? {} : { averageBandwidthBps }),
    ...(codecs === undefined ? {} : { codecs }),
    ...(resolution === undefined ? {} : { resolution }),
    uri: required(parseAttributeList(value, line).quoted('URI'), 'URI', line),
  };
}
