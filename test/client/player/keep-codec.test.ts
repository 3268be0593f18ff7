import { expect, test } from 'vitest';
import { keepCodec } from '../../../client/src/player/keep-codec.ts';

/** As hls.js sorts them: by size, of each size the codec that saves most last. */
const LEVELS = [240, 360, 540].flatMap((height) =>
  ['avc1', 'av01'].map((codecSet) => ({ codecSet, height, loadError: 0, fragmentError: 0 })),
);
const [AVC240, AV240, AVC360, AV360, AVC540] = [0, 1, 2, 3, 4] as const;
const failing = (...indexes: number[]) => LEVELS.map((level, index) => ({ ...level, loadError: indexes.includes(index) ? 1 : 0 }));

test.each([
  ['what is wanted in the codec that is played is taken', AVC360, AVC540, AVC360],
  ['the limit of a small player is one of size, not of codec', AV240, AVC540, AVC240],
  ['the same in the other codec, once that is played', AVC360, AV240, AV360],
  ['before anything is played, hls.js chooses the codec', AV360, -1, AV360],
])('%s', (_title, wanted, current, level) => expect(keepCodec(LEVELS, wanted, current)).toBe(level));

test('a codec is left where it has failed at every level, and kept while one is sound', () => {
  expect(keepCodec(failing(0, 2, 4), AV240, AVC540)).toBe(AV240);
  expect(keepCodec(failing(0, 2), AV240, AVC360)).toBe(AVC540);
});
