import { expect, test } from 'vitest';
import { isIgnoredPath } from '../../../pipeline/ingest/ignored-path.ts';

test.each([
  '.DS_Store',
  '.hidden/film.mp4',
  'a/.film.mp4.Xy12',
  'film.mp4.part',
  'film.CRDOWNLOAD',
  'film.tmp',
  'film.mp4.partial',
  '~$film.mp4',
  'film.mp4~',
  'show.download/film.mp4',
  'Thumbs.db',
])('%s is left alone', (path) => expect(isIgnoredPath(path)).toBe(true));

test.each(['', 'film.mp4', 'series/season 1/film.mkv', '-film.mp4', 'part.mp4', 'a.part.mp4', 'tmp/film.mp4', '한국.mp4'])(
  '%s is not',
  (path) => expect(isIgnoredPath(path)).toBe(false),
);
