import fc from 'fast-check';
import { concatBytes } from '../../../../pipeline/model/mp4/box.ts';
import {
  type Fragment,
  parseFragments,
  renderFragment,
  renderSegmentType,
  type SampleInput,
} from '../../../../pipeline/model/mp4/fragment.ts';
import { createMovieBuilder, type MovieLayout } from '../../../../pipeline/model/progressive/movie-layout.ts';
import { sliceMovie } from '../../../../pipeline/model/progressive/slice-movie.ts';
import { readTrackHead, type TrackHead } from '../../../../pipeline/model/progressive/track-head.ts';
import { FFMPEG_AUDIO_INIT, FFMPEG_VIDEO_INIT } from '../mp4/recorded-init-segments.ts';

export const VIDEO_HEAD: TrackHead = readTrackHead(Buffer.from(FFMPEG_VIDEO_INIT, 'hex'));
export const AUDIO_HEAD: TrackHead = readTrackHead(Buffer.from(FFMPEG_AUDIO_INIT, 'hex'));

/** A track as it is stored: the files of its segments. */
export interface StoredTrack {
  head: TrackHead;
  startTicks: number;
  segments: Uint8Array[];
  /** All of it, in order. */
  samples: SampleInput[];
}

/** Of each segment, of each fragment, its samples. */
type SampleShapes = Pick<SampleInput, 'durationTicks' | 'compositionOffsetTicks' | 'isSync'> & { sizeBytes: number };

let fill = 0;

/** Samples whose bytes are unlike any others'. */
export function storeTrack(head: TrackHead, shapes: readonly (readonly SampleShapes[])[][], startTicks = 0): StoredTrack {
  const samples: SampleInput[] = [];
  let [decodeTicks, sequenceNumber] = [startTicks, 1];
  const segments = shapes.map((fragments) => {
    const rendered = fragments.map((fragment) => {
      const own = fragment.map(({ sizeBytes, ...shape }) => ({
        ...shape,
        data: Uint8Array.from({ length: sizeBytes }, () => fill++ % 251),
      }));
      samples.push(...own);
      const bytes = renderFragment({ sequenceNumber: sequenceNumber++, baseDecodeTicks: decodeTicks, samples: own });
      for (const { durationTicks } of own) decodeTicks += durationTicks;
      return bytes;
    });
    return concatBytes([renderSegmentType(), ...rendered]);
  });
  return { head, startTicks, segments, samples };
}

export function fragmentsOf(segment: Uint8Array): Fragment[] {
  return parseFragments(segment);
}

export function layOut(tracks: readonly StoredTrack[]): MovieLayout {
  const builder = createMovieBuilder(tracks.map(({ head }) => head));
  const count = tracks[0]?.segments.length ?? 0;
  for (let segment = 0; segment < count; segment++) {
    builder.addSegment(
      segment,
      tracks.map(({ segments }) => fragmentsOf(segments[segment]!)),
    );
  }
  return builder.finish();
}

/** The bytes [start, end) of the movie, from where its slices say that they are. */
export function readSlices(layout: MovieLayout, tracks: readonly StoredTrack[], start: number, end: number): Uint8Array {
  const slices = [...sliceMovie(layout, start, end)];
  return concatBytes(
    slices.map((slice) =>
      (slice.kind === 'head' ? layout.head : tracks[slice.track]!.segments[slice.segment]!).subarray(slice.start, slice.end),
    ),
  );
}

function samplesOf(ticks: number, isVideo: boolean): fc.Arbitrary<SampleShapes> {
  return fc.record({
    durationTicks: fc.integer({ min: 1, max: ticks }),
    compositionOffsetTicks: isVideo ? fc.integer({ min: 0, max: ticks }) : fc.constant(0),
    isSync: isVideo ? fc.boolean() : fc.constant(true),
    sizeBytes: fc.integer({ min: 0, max: 40 }),
  });
}

/** A picture, a sound that may begin later, or both: of one to four segments of one or two fragments. */
export const storedTracks: fc.Arbitrary<StoredTrack[]> = fc.integer({ min: 1, max: 4 }).chain((count) => {
  const track = (head: TrackHead, ticks: number, isVideo: boolean, latest: number): fc.Arbitrary<StoredTrack> => {
    const fragment = fc.array(samplesOf(ticks, isVideo), { minLength: 1, maxLength: 8 });
    const segments = fc.array(fc.array(fragment, { minLength: 1, maxLength: 2 }), { minLength: count, maxLength: count });
    return fc.tuple(segments, fc.integer({ min: 0, max: latest })).map(([shapes, startTicks]) => storeTrack(head, shapes, startTicks));
  };
  const video = track(VIDEO_HEAD, VIDEO_HEAD.timescale, true, 0);
  const audio = track(AUDIO_HEAD, AUDIO_HEAD.timescale, false, 2048);
  return fc.oneof(fc.tuple(video, audio), fc.tuple(video), fc.tuple(audio));
});
