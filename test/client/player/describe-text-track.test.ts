import { expect, test } from 'vitest';
import { describeTextTrack } from '../../../client/src/player/describe-text-track.ts';

test.each([
  [{ label: '한국어', language: 'ko' }, 'en', { text: 'Korean' }],
  [{ label: '한국어', language: 'ko' }, 'ko', { text: '한국어' }],
  [{ label: '한국어 (SDH)', language: 'ko' }, 'de', { text: 'Koreanisch', note: '(SDH)' }],
  [{ label: "Director's words", language: 'en' }, 'en', { text: 'English', note: "Director's words" }],
  [{ label: 'Subtitles', language: 'und' }, 'en', { text: 'Subtitles' }],
  [{ label: 'CC1', language: '' }, 'en', { text: 'CC1' }],
  [{ label: 'Odd', language: 'not a language' }, 'en', { text: 'Odd' }],
])('%o is shown to a viewer with %s as %o', (track, locale, shown) => {
  expect(describeTextTrack(track, [locale])).toEqual(shown);
});
