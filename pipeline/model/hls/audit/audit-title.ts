import type { Seconds } from '../../time.ts';
import type { MediaPlaylist } from '../media-playlist.ts';
import type { MediaRendition } from '../media-rendition.ts';
import type { MediaSegment } from '../media-segment.ts';
import type { MultivariantPlaylist } from '../multivariant-playlist.ts';
import { parseMediaPlaylist, parseMultivariantPlaylist } from '../parse-playlist.ts';
import { PlaylistError } from '../playlist-error.ts';
import type { IframeVariant, Variant } from '../variant.ts';
import type { AuditInput, MediaFiles, PlaylistFile, SegmentFile } from './audit-input.ts';
import type { InitFacts } from './init-facts.ts';
import type { SegmentFacts } from './segment-facts.ts';

/** An AuditInput put together: the view that the rules ask. */
export interface AuditTitle {
  input: AuditInput;
  /** Absent when the multivariant playlist cannot be read: then only `unreadable` is of use. */
  multivariant?: MultivariantPlaylist;
  /** One for each media playlist of pictures and sound, in the order they are named. */
  tracks: AuditTrack[];
  /** One for each subtitle playlist. */
  texts: AuditTrack[];
  /** One for each I-frame playlist. */
  iframeTracks: AuditTrack[];
  /** All of them. */
  playlists: AuditTrack[];
  variants: AuditVariant[];
  iframeVariants: AuditIframeVariant[];
  /** Playlists that cannot be read, and why. */
  unreadable: { where: string; message: string }[];
  /** Duration of one frame: of the fastest video, or of the sound where there is no picture. */
  frameSeconds: Seconds;
  isHttp: boolean;
}

/** One media playlist and its media. */
export interface AuditTrack {
  uri: string;
  where: string;
  kind: 'video' | 'audio' | 'text' | 'iframe' | 'other';
  playlist: MediaPlaylist;
  files: MediaFiles;
  /** Of the first EXT-X-MAP; absent when it is not there or cannot be read. */
  init?: InitFacts;
  segments: AuditSegment[];
  /** EXT-X-MEDIA tags that name this playlist. */
  renditions: MediaRendition[];
  /** Duration of one frame, on average; 0 when no segment is readable. */
  frameSeconds: Seconds;
  /** Whether every segment was readable. */
  isComplete: boolean;
}

export interface AuditSegment {
  where: string;
  entry: MediaSegment;
  file: SegmentFile;
  facts?: SegmentFacts;
}

export interface AuditVariant {
  where: string;
  variant: Variant;
  /** The variant's own media playlist. */
  track?: AuditTrack;
  /** Members of its AUDIO group that have media playlists of their own. */
  audio: AuditTrack[];
}

export interface AuditIframeVariant {
  where: string;
  variant: IframeVariant;
  track?: AuditTrack;
}

export function readAuditTitle(input: AuditInput): AuditTitle {
  const unreadable: AuditTitle['unreadable'] = [];
  const multivariant = read(input.multivariant, parseMultivariantPlaylist, unreadable);
  const playlists = [...input.media].flatMap(([uri, files]) => {
    const playlist = read(files.playlist, parseMediaPlaylist, unreadable);
    return playlist ? [readTrack(uri, files, playlist, multivariant)] : [];
  });
  const tracks = playlists.filter(({ kind }) => kind !== 'text' && kind !== 'iframe');
  const trackOf = (uri: string | undefined): AuditTrack | undefined => playlists.find((track) => track.uri === uri);
  const variants = (multivariant?.variants ?? []).map((variant, index): AuditVariant => {
    const track = trackOf(variant.uri);
    const group = multivariant?.renditions.filter(({ type, groupId }) => type === 'AUDIO' && groupId === variant.audioGroupId) ?? [];
    return {
      where: `${input.multivariant.where}, variant ${index + 1} (${variant.uri})`,
      variant,
      ...(track ? { track } : {}),
      audio: group.flatMap((rendition) => trackOf(rendition.uri) ?? []),
    };
  });
  const iframeVariants = (multivariant?.iframes ?? []).map((variant): AuditIframeVariant => {
    const track = trackOf(variant.uri);
    return { where: `${input.multivariant.where}, I-frames (${variant.uri})`, variant, ...(track ? { track } : {}) };
  });
  return {
    input,
    ...(multivariant ? { multivariant } : {}),
    tracks,
    texts: playlists.filter(({ kind }) => kind === 'text'),
    iframeTracks: playlists.filter(({ kind }) => kind === 'iframe'),
    playlists,
    variants,
    iframeVariants,
    unreadable,
    frameSeconds: shortestFrame(tracks, 'video') ?? shortestFrame(tracks, 'audio') ?? 0,
    isHttp: input.multivariant.response !== undefined,
  };
}

function read<T>(file: PlaylistFile, parse: (text: string) => T, unreadable: AuditTitle['unreadable']): T | undefined {
  if (file.problem !== undefined) {
    unreadable.push({ where: file.where, message: file.problem });
    return undefined;
  }
  try {
    return parse(file.text.replace(/^\ufeff/, ''));
  } catch (error) {
    if (!(error instanceof PlaylistError)) throw error;
    unreadable.push({ where: file.where, message: error.message });
    return undefined;
  }
}

function readTrack(uri: string, files: MediaFiles, playlist: MediaPlaylist, multivariant: MultivariantPlaylist | undefined): AuditTrack {
  const own = multivariant?.renditions.filter((rendition) => rendition.uri === uri) ?? [];
  const isIframes = multivariant?.iframes.some((variant) => variant.uri === uri);
  const init = files.inits.values().next().value?.facts;
  const segments = playlist.segments.map((entry, index): AuditSegment => {
    const file = files.segments[index] ?? { where: entry.uri, problem: 'It was not loaded.' };
    const where = `${files.playlist.where}, segment ${playlist.mediaSequence + index} (${entry.uri})`;
    return { where, entry, file, ...(file.facts ? { facts: file.facts } : {}) };
  });
  const facts = segments.flatMap((segment) => segment.facts ?? []);
  const seconds = facts.reduce((sum, { durationTicks, timescale }) => sum + durationTicks / timescale, 0);
  const samples = facts.reduce((sum, { sampleCount }) => sum + sampleCount, 0);
  return {
    uri,
    where: files.playlist.where,
    kind: isIframes ? 'iframe' : own.some(({ type }) => type === 'SUBTITLES') ? 'text' : (init?.kind ?? 'other'),
    playlist,
    files,
    ...(init ? { init } : {}),
    segments,
    renditions: own,
    frameSeconds: samples > 0 ? seconds / samples : 0,
    isComplete: facts.length === segments.length && segments.length > 0,
  };
}

function shortestFrame(tracks: readonly AuditTrack[], kind: AuditTrack['kind']): Seconds | undefined {
  const frames = tracks.filter((track) => track.kind === kind && track.frameSeconds > 0).map((track) => track.frameSeconds);
  return frames.length > 0 ? Math.min(...frames) : undefined;
}

/** Sum of the EXTINFs. */
export function playlistSeconds(playlist: MediaPlaylist): Seconds {
  return playlist.segments.reduce((sum, segment) => sum + segment.durationSeconds, 0);
}
