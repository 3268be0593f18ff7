import type { OtherStreamInfo, SourceInfo } from '../source-info.ts';

/** A subtitle track that a title offers: of a stream of its source, or of a file beside it. */
export interface TextTrack {
  /** `s3` of stream 3, `sx1a2b3c4d` of a file whose text hashes to that: another text is another track, with other URLs. */
  id: string;
  /** BCP 47, or `und`. */
  language: string;
  /** As its maker called it. */
  title?: string;
  isDefault: boolean;
  /** Translates only what is in another language than the film. */
  isForced: boolean;
  /** For people who do not hear: with who speaks and what sounds. */
  isHearingImpaired: boolean;
}

/** Those that ffmpeg turns into text, by its codec names. */
const TEXT_CODECS = new Set([
  ...['subrip', 'srt', 'text', 'webvtt', 'mov_text', 'ass', 'ssa'],
  ...['microdvd', 'mpl2', 'jacosub', 'sami', 'realtext', 'stl', 'subviewer', 'subviewer1', 'pjs', 'vplayer', 'eia_608'],
]);

/** What no film has; beyond it streams are a bomb. */
export const MOST_TEXT_STREAMS = 100;

/** The subtitle streams that become tracks. */
export function textStreams(info: Pick<SourceInfo, 'others'>): OtherStreamInfo[] {
  return info.others.filter(({ kind, codec }) => kind === 'subtitle' && TEXT_CODECS.has(codec)).slice(0, MOST_TEXT_STREAMS);
}

/**
 * The tracks of a source's own streams. Muxers flag whatever comes first, and often everything, as the default: it means
 * something only where there are others without the flag.
 */
export function streamTracks(info: Pick<SourceInfo, 'others'>): TextTrack[] {
  const streams = textStreams(info);
  const isFlagTelling = streams.some(({ isDefault }) => !isDefault);
  return streams.map((stream) => ({
    id: streamTrackId(stream.index),
    language: stream.language ?? 'und',
    ...(stream.title === undefined ? {} : { title: stream.title }),
    isDefault: isFlagTelling && stream.isDefault === true,
    isForced: stream.isForced === true,
    isHearingImpaired: stream.isHearingImpaired === true,
  }));
}

export function streamTrackId(streamIndex: number): string {
  return `s${streamIndex}`;
}
