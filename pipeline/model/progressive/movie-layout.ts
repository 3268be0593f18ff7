import { ascii, BoxError, box, concatBytes, uint32, uint64 } from '../mp4/box.ts';
import type { Fragment, Sample } from '../mp4/fragment.ts';
import { movieTicks, renderMovieHeader, renderTrack } from '../mp4/movie-boxes.ts';
import type { Ticks } from '../time.ts';
import { MOVIE_BRANDS, type TrackHead } from './track-head.ts';
import { createTrackTables, type TrackTables } from './track-tables.ts';

/** A plain MP4 laid out over stored segments: its head is made, its samples lie where they are stored. */
export interface MovieLayout {
  /** `ftyp`, `moov` and the header of `mdat`. */
  head: Uint8Array;
  sizeBytes: number;
  pieces: PieceMap;
}

/** Where the payload of `mdat` is stored, piece by piece, in the order of the file. */
export interface PieceMap {
  count: number;
  /** Where in the payload each begins, and behind the last one where it ends. */
  starts: Float64Array;
  /** Of each: whose samples, in the order of the tracks; of which segment; from which byte of its file on. */
  tracks: Uint8Array;
  segments: Uint32Array;
  offsets: Float64Array;
}

/** The fragments of a segment of one track; `dataOffset`s are places in its file. */
export type SegmentFragments = readonly Fragment[];

export interface MovieBuilder {
  /** Segment by segment, in order: the fragments of each track, in the order of the tracks. Throws BoxError where one does not join the last. */
  addSegment(segment: number, fragments: readonly SegmentFragments[]): void;
  finish(): MovieLayout;
}

/**
 * Sound and picture lie beside each other by half seconds: ffmpeg reads a file from front to back as long as they are less than a
 * second apart, and seeks to and fro where they are more (mov_find_next_sample).
 */
const PIECES_PER_SECOND = 2;

const MOST_UINT32 = 0xffffffff;

interface Track {
  head: TrackHead;
  tables: TrackTables;
  chunkStarts: number[];
  startTicks: Ticks | undefined;
  endTicks: Ticks;
}

interface Piece {
  track: number;
  slot: number;
  samples: Sample[];
}

export function createMovieBuilder(heads: readonly TrackHead[]): MovieBuilder {
  const tracks = heads.map((head): Track => ({ head, tables: createTrackTables(), chunkStarts: [], startTicks: undefined, endTicks: 0 }));
  const placed = { starts: [] as number[], tracks: [] as number[], segments: [] as number[], offsets: [] as number[] };
  let payloadBytes = 0;

  function place({ track, samples }: Piece, segment: number): void {
    const owner = tracks[track] as Track;
    owner.tables.addChunk(samples);
    owner.chunkStarts.push(payloadBytes);
    placed.starts.push(payloadBytes);
    placed.tracks.push(track);
    placed.segments.push(segment);
    placed.offsets.push((samples[0] as Sample).dataOffset);
    for (const { sizeBytes } of samples) payloadBytes += sizeBytes;
  }

  return {
    addSegment(segment, fragments) {
      const pieces = tracks.flatMap((track, index) => cutPieces(track, index, fragments[index] ?? []));
      pieces.sort((a, b) => a.slot - b.slot || a.track - b.track);
      for (const piece of pieces) place(piece, segment);
    },
    finish: () => ({
      ...renderHead(tracks, payloadBytes),
      pieces: {
        count: placed.starts.length,
        starts: Float64Array.from([...placed.starts, payloadBytes]),
        tracks: Uint8Array.from(placed.tracks),
        segments: Uint32Array.from(placed.segments),
        offsets: Float64Array.from(placed.offsets),
      },
    }),
  };
}

/** Samples that lie together in their file, of one half second. */
function cutPieces(track: Track, index: number, fragments: SegmentFragments): Piece[] {
  const pieces: Piece[] = [];
  for (const { baseDecodeTicks, samples } of fragments) {
    track.startTicks ??= baseDecodeTicks;
    const expected = track.startTicks + track.endTicks;
    if (baseDecodeTicks !== expected) throw new BoxError(`A fragment begins at ${baseDecodeTicks}, the one before ended at ${expected}`, 0);
    let nextOffset = Number.NaN;
    for (const sample of samples) {
      const slot = Math.floor(((track.startTicks + track.endTicks) * PIECES_PER_SECOND) / track.head.timescale);
      const last = pieces.at(-1);
      if (last?.slot === slot && sample.dataOffset === nextOffset) last.samples.push(sample);
      else pieces.push({ track: index, slot, samples: [sample] });
      nextOffset = sample.dataOffset + sample.sizeBytes;
      track.endTicks += sample.durationTicks;
    }
  }
  return pieces;
}

function renderHead(tracks: readonly Track[], payloadBytes: number): Pick<MovieLayout, 'head' | 'sizeBytes'> {
  const type = box('ftyp', ascii(MOVIE_BRANDS[0]), uint32(0), ...MOVIE_BRANDS.map(ascii));
  const data =
    payloadBytes + 8 > MOST_UINT32 ? [uint32(1), ascii('mdat'), uint64(payloadBytes + 16)] : [uint32(payloadBytes + 8), ascii('mdat')];
  // The table of places is as long whatever the places are: the movie is rendered once to know where its data begins.
  const render = (dataStart: number, isLarge: boolean): Uint8Array => concatBytes([type, renderMovie(tracks, dataStart, isLarge), ...data]);
  const small = render(0, false);
  const isLarge = small.length + payloadBytes > MOST_UINT32;
  const headBytes = isLarge ? render(0, true).length : small.length;
  return { head: render(headBytes, isLarge), sizeBytes: headBytes + payloadBytes };
}

function renderMovie(tracks: readonly Track[], dataStart: number, isLarge: boolean): Uint8Array {
  const longest = Math.max(0, ...tracks.map(({ startTicks = 0, endTicks, head }) => movieTicks(startTicks + endTicks, head.timescale)));
  const boxes = tracks.map(({ head, tables, chunkStarts, startTicks = 0, endTicks }, index) =>
    renderTrack({
      ...head,
      trackId: index + 1,
      durationTicks: endTicks,
      startTicks,
      sampleTable: [
        head.sampleDescription,
        ...tables.render(
          chunkStarts.map((start) => dataStart + start),
          isLarge,
        ),
      ],
    }),
  );
  return box('moov', renderMovieHeader({ nextTrackId: tracks.length + 1, durationTicks: Math.min(longest, MOST_UINT32) }), boxes);
}
