import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes, findBox, readBoxes, readUint32, requireBox } from '../../../../pipeline/model/mp4/box.ts';
import { parseFragments } from '../../../../pipeline/model/mp4/fragment.ts';
import { renderFragmentedHead, renumberFragments } from '../../../../pipeline/model/progressive/fragmented-movie.ts';
import { AUDIO_HEAD, storedTracks, VIDEO_HEAD } from './sample-movie.ts';

test('fragments of several tracks become one stream: numbered in its order, each of its own track, nothing else changed', () => {
  fc.assert(
    fc.property(storedTracks, (tracks) => {
      let next = 1;
      const pieces: Uint8Array[] = [];
      const expected: { sequenceNumber: number; trackId: number; data: Uint8Array[] }[] = [];
      for (const [segment] of tracks[0]!.segments.entries()) {
        for (const [index, { segments }] of tracks.entries()) {
          const stored = segments[segment]!;
          const before = Buffer.from(stored);
          for (const { samples } of parseFragments(stored)) {
            const data = samples.map(({ dataOffset, sizeBytes }) => stored.subarray(dataOffset, dataOffset + sizeBytes));
            expected.push({ sequenceNumber: expected.length + 1, trackId: index + 1, data });
          }
          const renumbered = renumberFragments(stored, index + 1, next);
          next += renumbered.count;
          pieces.push(...renumbered.pieces);
          expect(before.equals(stored)).toBe(true);
        }
      }
      const stream = concatBytes(pieces);
      expect(new Set(readBoxes(stream).map(({ type }) => type))).toEqual(new Set(['moof', 'mdat']));
      const read = parseFragments(stream).map(({ sequenceNumber, trackId, samples }) => ({
        sequenceNumber,
        trackId,
        data: samples.map(({ dataOffset, sizeBytes }) => stream.subarray(dataOffset, dataOffset + sizeBytes)),
      }));
      expect(JSON.stringify(read)).toBe(JSON.stringify(expected));
    }),
  );
});

test('the head has a track for each rendition, and says how long all will be where that is known', () => {
  const head = renderFragmentedHead([VIDEO_HEAD, AUDIO_HEAD], 12_345 * 90);
  const moov = requireBox(head, ['moov']);
  expect(readBoxes(head, moov.bodyStart, moov.end).map(({ type }) => type)).toEqual(['mvhd', 'trak', 'trak', 'mvex']);
  const mehd = requireBox(head, ['moov', 'mvex', 'mehd']);
  expect(readUint32(head, mehd.bodyStart + 4)).toBe(12_345);
  const mdhd = requireBox(head, ['moov', 'trak', 'mdia', 'mdhd']);
  expect(readUint32(head, mdhd.bodyStart + 16)).toBe((12_345 * VIDEO_HEAD.timescale) / 1000);
  expect(findBox(renderFragmentedHead([AUDIO_HEAD], undefined), ['moov', 'mvex', 'mehd'])).toBeUndefined();
});
