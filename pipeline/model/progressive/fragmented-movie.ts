import { ascii, box, concatBytes, fullBox, readBoxes, requireBox, uint32, viewOf } from '../mp4/box.ts';
import { emptySampleTable } from '../mp4/init-segment.ts';
import { movieTicks, renderMovieHeader, renderTrack } from '../mp4/movie-boxes.ts';
import { rescale, type Ticks, VIDEO_TIMESCALE } from '../time.ts';
import { MOVIE_BRANDS, type TrackHead } from './track-head.ts';

/**
 * What comes before the first fragment: tracks without samples. `durationTicks`: how long all will be, at 90 kHz; absent where nobody
 * knows. It stands in all headers as well as in `mehd`, which ffmpeg, and so Chromium and mpv, do not read (tried).
 */
export function renderFragmentedHead(heads: readonly TrackHead[], durationTicks: Ticks | undefined): Uint8Array {
  const inMovie = durationTicks === undefined ? undefined : movieTicks(durationTicks, VIDEO_TIMESCALE);
  const tracks = heads.map((head, index) => {
    const sampleTable = [head.sampleDescription, ...emptySampleTable()];
    return renderTrack({
      ...head,
      trackId: index + 1,
      durationTicks: rescale(durationTicks ?? 0, VIDEO_TIMESCALE, head.timescale),
      sampleTable,
    });
  });
  const defaults = heads.map((_, index) => fullBox('trex', 0, 0, uint32(index + 1, 1, 0, 0, 0)));
  const length = inMovie === undefined ? [] : fullBox('mehd', 0, 0, uint32(inMovie));
  return concatBytes([
    box('ftyp', ascii(MOVIE_BRANDS[1]), uint32(0), ...MOVIE_BRANDS.map(ascii)),
    box('moov', renderMovieHeader({ nextTrackId: heads.length + 1, durationTicks: inMovie ?? 0 }), tracks, box('mvex', length, defaults)),
  ]);
}

/**
 * A stored segment as fragments of a track among others: their boxes are copied with the track's id and numbers in the order of the stream
 * (ISO/IEC 14496-12 8.8.5), what is not a fragment is left out. Throws BoxError.
 */
export function renumberFragments(segment: Uint8Array, trackId: number, firstNumber: number): { pieces: Uint8Array[]; count: number } {
  const pieces: Uint8Array[] = [];
  let count = 0;
  for (const { type, start, bodyStart, end } of readBoxes(segment)) {
    if (type === 'mdat') pieces.push(segment.subarray(start, end));
    if (type !== 'moof') continue;
    const moof = segment.slice(start, end);
    const inner = bodyStart - start;
    const view = viewOf(moof);
    view.setUint32(requireBox(moof, ['mfhd'], inner).bodyStart + 4, firstNumber + count);
    view.setUint32(requireBox(moof, ['traf', 'tfhd'], inner).bodyStart + 4, trackId);
    pieces.push(moof);
    count += 1;
  }
  return { pieces, count };
}
