import { type Ticks, ticksToSeconds } from '../time.ts';
import { ascii, box, fullBox, type Piece, uint16, uint32, uint64 } from './box.ts';

/** Ticks per second of a movie's own times: of `mvhd`, `tkhd` and edits. */
export const MOVIE_TIMESCALE = 1000;

export interface TrackDescription {
  trackId: number;
  kind: 'video' | 'audio';
  /** Ticks per second. */
  timescale: number;
  /** On that timescale; 0 where fragments say it. */
  durationTicks: Ticks;
  /** Title time of its first sample, on that timescale: what comes before it is an empty edit. */
  startTicks?: Ticks;
  /** Display size; of sound 0. */
  width: number;
  height: number;
  /** ISO 639-2/T, three letters. */
  language?: string | undefined;
  /** The boxes of `stbl`. */
  sampleTable: Piece;
}

const UNITY_MATRIX = uint32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
const ENABLED_IN_MOVIE_AND_PREVIEW = 7;
const MOST_UINT32 = 0xffffffff;

/** `mvhd` (ISO/IEC 14496-12 8.2.2). */
export function renderMovieHeader({ nextTrackId, durationTicks = 0 }: { nextTrackId: number; durationTicks?: Ticks }): Uint8Array {
  return fullBox(
    'mvhd',
    0,
    0,
    uint32(0, 0, MOVIE_TIMESCALE, durationTicks, 0x10000),
    uint16(0x100, 0),
    uint32(0, 0),
    UNITY_MATRIX,
    new Uint8Array(24),
    uint32(nextTrackId),
  );
}

/** `trak` (8.3.1). */
export function renderTrack(track: TrackDescription): Uint8Array {
  const isVideo = track.kind === 'video';
  const startTicks = track.startTicks ?? 0;
  return box(
    'trak',
    fullBox(
      'tkhd',
      0,
      ENABLED_IN_MOVIE_AND_PREVIEW,
      uint32(0, 0, track.trackId, 0, movieTicks(startTicks + track.durationTicks, track.timescale), 0, 0),
      uint16(0, 0, isVideo ? 0 : 0x100, 0),
      UNITY_MATRIX,
      uint32(track.width * 0x10000, track.height * 0x10000),
    ),
    startTicks === 0 ? [] : emptyEdit(startTicks, track),
    box(
      'mdia',
      mediaHeader(track),
      fullBox('hdlr', 0, 0, uint32(0), ascii(isVideo ? 'vide' : 'soun'), uint32(0, 0, 0), ascii(isVideo ? 'Video\0' : 'Sound\0')),
      box(
        'minf',
        isVideo ? fullBox('vmhd', 0, 1, uint16(0, 0, 0, 0)) : fullBox('smhd', 0, 0, uint16(0, 0)),
        box('dinf', fullBox('dref', 0, 0, uint32(1), fullBox('url ', 0, 1))),
        box('stbl', track.sampleTable),
      ),
    ),
  );
}

/** On the movie's timescale, rounded. */
export function movieTicks(ticks: Ticks, timescale: number): Ticks {
  return Math.round(ticksToSeconds(ticks, timescale) * MOVIE_TIMESCALE);
}

/** `mdhd` (8.4.2); half a day of 90 kHz is beyond 32 bits. */
function mediaHeader({ timescale, durationTicks, kind, language }: TrackDescription): Uint8Array {
  const end = uint16(packLanguage(kind === 'video' ? 'und' : (language ?? 'und')), 0);
  if (durationTicks <= MOST_UINT32) return fullBox('mdhd', 0, 0, uint32(0, 0, timescale, durationTicks), end);
  return fullBox('mdhd', 1, 0, uint64(0), uint64(0), uint32(timescale), uint64(durationTicks), end);
}

/** Nothing until the track begins, then all of it (8.6.6). */
function emptyEdit(startTicks: Ticks, { durationTicks, timescale }: TrackDescription): Uint8Array {
  const nothing = uint32(movieTicks(startTicks, timescale), MOST_UINT32, 0x10000);
  const media = uint32(movieTicks(durationTicks, timescale), 0, 0x10000);
  return box('edts', fullBox('elst', 0, 0, uint32(2), nothing, media));
}

/** ISO/IEC 14496-12 8.4.2.3: three letters, five bits each, minus 0x60. */
function packLanguage(language: string): number {
  const letters = /^[a-z]{3}$/.test(language) ? language : 'und';
  return [...letters].reduce((packed, letter) => (packed << 5) | (letter.charCodeAt(0) - 0x60), 0);
}
