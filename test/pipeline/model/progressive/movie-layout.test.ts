import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoxError, readBoxes, readBoxHeader } from '../../../../pipeline/model/mp4/box.ts';
import { readMovieTrack } from '../../../../pipeline/model/mp4/movie-track.ts';
import { createMovieBuilder } from '../../../../pipeline/model/progressive/movie-layout.ts';
import { sliceMovie } from '../../../../pipeline/model/progressive/slice-movie.ts';
import { AUDIO_HEAD, fragmentsOf, layOut, readSlices, storedTracks, storeTrack, VIDEO_HEAD } from './sample-movie.ts';

const FRAME = { durationTicks: 512, compositionOffsetTicks: 0, isSync: true, sizeBytes: 10 };

describe('a movie laid out over segments', () => {
  test('has every sample of every segment, in order, at its own time, with its own bytes', () => {
    fc.assert(
      fc.property(storedTracks, (tracks) => {
        const layout = layOut(tracks);
        const movie = readSlices(layout, tracks, 0, layout.sizeBytes);
        expect(movie.length).toBe(layout.sizeBytes);
        expect(readBoxes(movie).map(({ type }) => type)).toEqual(['ftyp', 'moov', 'mdat']);
        const moov = readBoxes(movie)[1]!;
        for (const [index, { samples, startTicks }] of tracks.entries()) {
          const read = readMovieTrack(movie.subarray(moov.start, moov.end), index)!;
          expect(read.samples.count).toBe(samples.length);
          let decodeTicks = 0;
          for (const [number, sample] of samples.entries()) {
            expect(read.samples.compositionTimes[number]).toBe(decodeTicks + sample.compositionOffsetTicks);
            decodeTicks += sample.durationTicks;
            const start = read.samples.offsets[number]!;
            expect(Buffer.compare(movie.subarray(start, start + read.samples.sizes[number]!), sample.data)).toBe(0);
          }
          // The movie's clock counts milliseconds.
          expect(Math.abs(read.shiftTicks - startTicks)).toBeLessThanOrEqual(read.timescale / 2000 + 1);
          const sync = samples.flatMap(({ isSync }, number) => (isSync ? [number] : []));
          expect(read.samples.syncSamples ?? sync).toEqual(sync.length === samples.length ? sync : Uint32Array.from(sync));
        }
      }),
    );
  });

  test('any range of it is that slice of the whole', () => {
    fc.assert(
      fc.property(storedTracks, fc.nat(), fc.nat(), (tracks, a, b) => {
        const layout = layOut(tracks);
        const whole = readSlices(layout, tracks, 0, layout.sizeBytes);
        const [start, end] = [a % (layout.sizeBytes + 1), b % (layout.sizeBytes + 2)].sort((x, y) => x - y) as [number, number];
        expect(Buffer.compare(readSlices(layout, tracks, start, end), whole.subarray(start, end))).toBe(0);
      }),
    );
  });

  test('is the same whenever it is laid out', () => {
    fc.assert(
      fc.property(storedTracks, (tracks) => {
        expect(layOut(tracks)).toEqual(layOut(tracks));
      }),
    );
  });

  test('has sound and picture beside each other by half seconds, so that who reads on finds both', () => {
    const second = (head: typeof VIDEO_HEAD, perSecond: number) =>
      Array.from({ length: perSecond }, () => ({ ...FRAME, durationTicks: head.timescale / perSecond }));
    const video = storeTrack(VIDEO_HEAD, [[[...second(VIDEO_HEAD, 10), ...second(VIDEO_HEAD, 10)]]]);
    const audio = storeTrack(AUDIO_HEAD, [[[...second(AUDIO_HEAD, 20), ...second(AUDIO_HEAD, 20)]]]);
    const layout = layOut([video, audio]);
    const slices = [...sliceMovie(layout, layout.head.length, layout.sizeBytes)];
    expect(slices.map((slice) => slice.kind === 'segment' && slice.track)).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
  });

  test('a fragment that does not join the one before it is refused', () => {
    const [first, second] = [storeTrack(VIDEO_HEAD, [[[FRAME]]]), storeTrack(VIDEO_HEAD, [[[FRAME]]], 600)];
    const builder = createMovieBuilder([VIDEO_HEAD]);
    builder.addSegment(0, [fragmentsOf(first.segments[0]!)]);
    expect(() => builder.addSegment(1, [fragmentsOf(second.segments[0]!)])).toThrow(BoxError);
  });

  test('beyond four gigabytes its places and its data have 64 bits', () => {
    const builder = createMovieBuilder([AUDIO_HEAD]);
    const sizeBytes = 1_500_000_000;
    const samples = [0, 1, 2].map((index) => ({
      ...FRAME,
      durationTicks: AUDIO_HEAD.timescale,
      sizeBytes,
      dataOffset: 100 + index * sizeBytes,
    }));
    builder.addSegment(0, [[{ sequenceNumber: 1, trackId: 1, baseDecodeTicks: 0, samples }]]);
    const { head, sizeBytes: all } = builder.finish();
    const moov = readBoxHeader(head, readBoxHeader(head, 0)!.end)!;
    expect(all).toBe(head.length + 3 * sizeBytes);
    // All of the data follows its header.
    const mdat = readBoxHeader(head, moov.end)!;
    expect([mdat.type, mdat.bodyStart, mdat.end]).toEqual(['mdat', head.length, all]);
    const track = readMovieTrack(head.subarray(moov.start, moov.end), 0)!;
    expect([...track.samples.offsets]).toEqual([0, 1, 2].map((index) => head.length + index * sizeBytes));
  });
});
