import { expect, test } from 'vitest';
import { parseMediaPath, renderMediaPath } from '../../../server/http/media-path.ts';

test.each([
  '/titles/film/multivariant.m3u8',
  '/titles/film/v360/media.m3u8',
  '/titles/film/v360/init.mp4',
  '/titles/film/v360-r2/1234.m4s',
])('%s is the one address of its target', (path) => {
  const target = parseMediaPath(path);
  expect(target).toBeDefined();
  expect(renderMediaPath(target!)).toBe(path);
});

test.each([
  '',
  '/',
  '*',
  'http://host/titles/film/v360/0.m4s',
  '/titles/film',
  '/titles/film/v360',
  '/titles/film/media.m3u8',
  '/titles//v360/0.m4s',
  '/titles/film/v360/00.m4s',
  '/titles/film/v360/0.m4s?x=1',
  '/titles/film/v360/0.m4s/',
  '/titles/film/v360/0.m4s/more',
  '/titles/film/v360/0.M4S',
  '/titles/film/V360/0.m4s',
  '/titles/fi%6cm/v360/0.m4s',
  '/titles/../v360/0.m4s',
  '/titles/film/v360/0.vtt',
  '//titles/film/v360/0.m4s',
])('%s is left to the routes', (path) => {
  expect(parseMediaPath(path)).toBeUndefined();
});
