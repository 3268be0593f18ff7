import { BoxError, requireBox } from '../mp4/box.ts';
import { parseInitSegment } from '../mp4/init-segment.ts';
import type { TrackDescription } from '../mp4/movie-boxes.ts';

/** What an init segment says of its track, to be said again in a movie of several tracks. */
export interface TrackHead extends Pick<TrackDescription, 'kind' | 'timescale' | 'width' | 'height'> {
  /** `stsd` as it is. */
  sampleDescription: Uint8Array;
}

/** Throws BoxError. */
export function readTrackHead(init: Uint8Array): TrackHead {
  const { kind, timescale, width = 0, height = 0 } = parseInitSegment(init);
  if (kind === 'other') throw new BoxError('A track is neither picture nor sound', 0);
  const stsd = requireBox(init, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd']);
  return { kind, timescale, width, height, sampleDescription: init.slice(stsd.start, stsd.end) };
}

/** Brands of what is played progressively: any reader of MP4 will do. */
export const MOVIE_BRANDS = ['isom', 'iso6', 'mp41'] as const;
