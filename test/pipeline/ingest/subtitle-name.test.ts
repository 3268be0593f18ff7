import { expect, test } from 'vitest';
import { filmStem, isSubtitleName, readSubtitleName } from '../../../pipeline/ingest/subtitle-name.ts';

const NO_FLAGS = { isForced: false, isHearingImpaired: false, isDefault: false };

test.each([
  ['film.srt', 'film', {}],
  ['Film.2024.KO.SRT', 'film.2024', { language: 'ko' }],
  ['film.kor.srt', 'film', { language: 'ko' }],
  ['film.korean.smi', 'film', { language: 'ko' }],
  ['film.pt-BR.vtt', 'film', { language: 'pt-BR' }],
  ['film.en.forced.ass', 'film', { language: 'en', isForced: true }],
  ['film.sdh.en.srt', 'film', { language: 'en', isHearingImpaired: true }],
  ['film.en.hi.srt', 'film', { language: 'en', isHearingImpaired: true }],
  ['film.hi.srt', 'film', { language: 'hi' }],
  ['film.ko.default.srt', 'film', { language: 'ko', isDefault: true }],
  ['영화.ko.srt'.normalize('NFD'), '영화', { language: 'ko' }],
])('%s is of %s', (name, stem, said) => {
  expect(readSubtitleName(name).at(-1)).toEqual({ ...NO_FLAGS, ...said, stem });
});

test('a name is read in every way that it can be, the longest film first', () => {
  expect(readSubtitleName('the.film.ko.srt').map(({ stem }) => stem)).toEqual(['the.film.ko', 'the.film']);
  expect(readSubtitleName('made.in.ko.srt').map(({ stem }) => stem)).toContain('made.in');
});

test('a film is found by its name without the extension, however it is spelt', () => {
  expect([filmStem('Film.2024.MKV'), filmStem('영화.mp4'.normalize('NFD')), filmStem('film')]).toEqual(['film.2024', '영화', 'film']);
});

test('what subtitles are is told by the extension', () => {
  expect(['a.srt', 'a.SMI', 'a.ass', 'a.vtt', 'a.mkv', 'srt', 'a.srt.mp4'].map(isSubtitleName)).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});
