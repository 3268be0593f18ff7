import { type MediaMap, parseMediaMap } from './media-map.ts';
import type { MediaPlaylist, PlaylistType } from './media-playlist.ts';
import { parseMediaRendition } from './media-rendition.ts';
import { type MediaSegment, parseExtinf } from './media-segment.ts';
import type { MultivariantPlaylist } from './multivariant-playlist.ts';
import { PlaylistError } from './playlist-error.ts';
import { type IframeVariant, parseIframeStreamInf, parseStreamInf, type Variant } from './variant.ts';

/**
 * Reads a playlist of either kind, strictly: known tags must be well formed, in place, and not repeated; both kinds' tags
 * in one playlist are an error (rfc8216bis 4.1). Tags that are not known are ignored, as 6.3.1 demands of clients, except
 * those that change which bytes a segment is: EXT-X-BYTERANGE and EXT-X-KEY are refused rather than misread.
 * Throws PlaylistError with the line.
 */
export function parsePlaylist(text: string): MediaPlaylist | MultivariantPlaylist {
  const lines = text.split(/\r?\n/);
  if (lines[0] !== '#EXTM3U') throw new PlaylistError('A playlist begins with #EXTM3U', 1);
  const state: ParserState = {
    seen: new Map(),
    header: {},
    pending: {},
    segments: [],
    renditions: [],
    variants: [],
    iframes: [],
    ended: false,
  };
  lines.forEach((line, index) => {
    if (index > 0) readLine(state, line, index + 1);
  });
  const mediaLine = firstLine(state, MEDIA_TAGS);
  const multivariantLine = firstLine(state, MULTIVARIANT_TAGS);
  if (mediaLine !== undefined && multivariantLine !== undefined) {
    throw new PlaylistError('Tags of media and of multivariant playlists stand in one playlist', Math.max(mediaLine, multivariantLine));
  }
  return multivariantLine === undefined ? finishMedia(state, lines.length) : finishMultivariant(state, lines.length);
}

/** As parsePlaylist, for when the other kind would be an error. */
export function parseMediaPlaylist(text: string): MediaPlaylist {
  const playlist = parsePlaylist(text);
  if (playlist.kind !== 'media') throw new PlaylistError('This is a multivariant playlist, where a media playlist is expected', 1);
  return playlist;
}

export function parseMultivariantPlaylist(text: string): MultivariantPlaylist {
  const playlist = parsePlaylist(text);
  if (playlist.kind !== 'multivariant') throw new PlaylistError('This is a media playlist, where a multivariant one is expected', 1);
  return playlist;
}

interface ParserState {
  /** Tag → the line where it stood first. */
  seen: Map<string, number>;
  header: {
    version?: number;
    targetDurationSeconds?: number;
    mediaSequence?: number;
    discontinuitySequence?: number;
    playlistType?: PlaylistType;
    independentSegments?: boolean;
    iframesOnly?: boolean;
  };
  /** Tags that await the URI they belong to. */
  pending: Pending;
  segments: MediaSegment[];
  renditions: ReturnType<typeof parseMediaRendition>[];
  variants: Variant[];
  iframes: IframeVariant[];
  ended: boolean;
}

interface Pending {
  extinf?: Pick<MediaSegment, 'durationSeconds' | 'title'>;
  map?: MediaMap;
  discontinuity?: true;
  programDateTime?: string;
  streamInf?: Omit<Variant, 'uri'>;
}

type ReadTag = (state: ParserState, value: string, line: number) => void;

/** Tags that may stand once in a playlist, before the first segment. */
const HEADER_TAGS: Record<string, ReadTag> = {
  'EXT-X-VERSION': (state, value, line) => {
    state.header.version = decimalInteger(value, line);
  },
  'EXT-X-TARGETDURATION': (state, value, line) => {
    state.header.targetDurationSeconds = decimalInteger(value, line);
  },
  'EXT-X-MEDIA-SEQUENCE': (state, value, line) => {
    state.header.mediaSequence = decimalInteger(value, line);
  },
  'EXT-X-DISCONTINUITY-SEQUENCE': (state, value, line) => {
    state.header.discontinuitySequence = decimalInteger(value, line);
  },
  'EXT-X-PLAYLIST-TYPE': (state, value, line) => {
    if (value !== 'VOD' && value !== 'EVENT') throw new PlaylistError(`EXT-X-PLAYLIST-TYPE is VOD or EVENT, not '${value}'`, line);
    state.header.playlistType = value;
  },
  'EXT-X-INDEPENDENT-SEGMENTS': (state, value, line) => {
    expectNoValue(value, line);
    state.header.independentSegments = true;
  },
  'EXT-X-I-FRAMES-ONLY': (state, value, line) => {
    expectNoValue(value, line);
    state.header.iframesOnly = true;
  },
};

/** Tags that may stand many times. */
const BODY_TAGS: Record<string, ReadTag> = {
  EXTINF: (state, value, line) => {
    if (state.pending.extinf) throw new PlaylistError('An EXTINF is followed by another, with no URI between', line);
    state.pending.extinf = parseExtinf(value, line);
  },
  'EXT-X-MAP': (state, value, line) => {
    state.pending.map = parseMediaMap(value, line);
  },
  'EXT-X-DISCONTINUITY': (state, value, line) => {
    expectNoValue(value, line);
    state.pending.discontinuity = true;
  },
  'EXT-X-PROGRAM-DATE-TIME': (state, value, line) => {
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value)) throw new PlaylistError(`'${value}' is not an ISO 8601 date and time`, line);
    state.pending.programDateTime = value;
  },
  'EXT-X-ENDLIST': (state, value, line) => {
    expectNoValue(value, line);
    state.ended = true;
  },
  'EXT-X-MEDIA': (state, value, line) => {
    state.renditions.push(parseMediaRendition(value, line));
  },
  'EXT-X-STREAM-INF': (state, value, line) => {
    state.pending.streamInf = parseStreamInf(value, line);
  },
  'EXT-X-I-FRAME-STREAM-INF': (state, value, line) => {
    state.iframes.push(parseIframeStreamInf(value, line));
  },
  'EXT-X-BYTERANGE': refuse,
  'EXT-X-KEY': refuse,
};

const MEDIA_TAGS = [
  'EXT-X-TARGETDURATION',
  'EXT-X-MEDIA-SEQUENCE',
  'EXT-X-DISCONTINUITY-SEQUENCE',
  'EXT-X-PLAYLIST-TYPE',
  'EXT-X-I-FRAMES-ONLY',
  'EXTINF',
  'EXT-X-MAP',
  'EXT-X-DISCONTINUITY',
  'EXT-X-PROGRAM-DATE-TIME',
  'EXT-X-ENDLIST',
];
const MULTIVARIANT_TAGS = ['EXT-X-MEDIA', 'EXT-X-STREAM-INF', 'EXT-X-I-FRAME-STREAM-INF'];

function readLine(state: ParserState, line: string, number: number): void {
  if (line === '') return;
  if (!line.startsWith('#')) {
    readUri(state, line, number);
    return;
  }
  // rfc8216bis 4.4.6.2: the URI MUST be on the line after its EXT-X-STREAM-INF.
  if (state.pending.streamInf) throw new PlaylistError('The line after EXT-X-STREAM-INF is not a URI', number);
  if (!line.startsWith('#EXT')) return;
  const colon = line.indexOf(':');
  const tag = line.slice(1, colon < 0 ? undefined : colon);
  const value = colon < 0 ? '' : line.slice(colon + 1);
  const isHeader = Object.hasOwn(HEADER_TAGS, tag);
  const read = isHeader ? HEADER_TAGS[tag] : Object.hasOwn(BODY_TAGS, tag) ? BODY_TAGS[tag] : undefined;
  if (!read) return;
  if (isHeader && state.seen.has(tag)) throw new PlaylistError(`${tag} stands twice`, number);
  if (isHeader && state.segments.length > 0) throw new PlaylistError(`${tag} stands after the first segment`, number);
  if (!state.seen.has(tag)) state.seen.set(tag, number);
  read(state, value, number);
}

function readUri(state: ParserState, uri: string, line: number): void {
  if (/\s/.test(uri)) throw new PlaylistError('A URI holds white space', line);
  const { extinf, streamInf, ...tags } = state.pending;
  state.pending = {};
  if (streamInf) state.variants.push({ ...streamInf, uri });
  else if (extinf) state.segments.push({ ...extinf, ...tags, uri });
  else throw new PlaylistError('A URI stands without EXTINF or EXT-X-STREAM-INF before it', line);
}

function finishMedia(state: ParserState, lines: number): MediaPlaylist {
  const { header, pending } = state;
  if (pending.extinf) throw new PlaylistError('The last EXTINF has no URI', lines);
  if (header.targetDurationSeconds === undefined) throw new PlaylistError('EXT-X-TARGETDURATION is missing', lines);
  return {
    kind: 'media',
    version: header.version ?? 1,
    targetDurationSeconds: header.targetDurationSeconds,
    mediaSequence: header.mediaSequence ?? 0,
    ...(header.discontinuitySequence === undefined ? {} : { discontinuitySequence: header.discontinuitySequence }),
    ...(header.playlistType === undefined ? {} : { playlistType: header.playlistType }),
    independentSegments: header.independentSegments ?? false,
    ...(header.iframesOnly ? { iframesOnly: true } : {}),
    segments: state.segments,
    ended: state.ended,
  };
}

function finishMultivariant(state: ParserState, lines: number): MultivariantPlaylist {
  if (state.pending.streamInf) throw new PlaylistError('The last EXT-X-STREAM-INF has no URI', lines);
  return {
    kind: 'multivariant',
    version: state.header.version ?? 1,
    independentSegments: state.header.independentSegments ?? false,
    renditions: state.renditions,
    variants: state.variants,
    iframes: state.iframes,
  };
}

function firstLine(state: ParserState, tags: readonly string[]): number | undefined {
  const lines = tags.flatMap((tag) => state.seen.get(tag) ?? []);
  return lines.length === 0 ? undefined : Math.min(...lines);
}

function decimalInteger(value: string, line: number): number {
  if (!/^\d{1,15}$/.test(value)) throw new PlaylistError(`'${value}' is not a decimal integer`, line);
  return Number(value);
}

function expectNoValue(value: string, line: number): void {
  if (value !== '') throw new PlaylistError(`The tag has no value, but '${value}' stands there`, line);
}

function refuse(_state: ParserState, _value: string, line: number): void {
  throw new PlaylistError('Byte ranges and encryption cannot be read here', line);
}
