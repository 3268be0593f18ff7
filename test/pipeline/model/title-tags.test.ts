import { expect, test } from 'vitest';
import { readTitleTags } from '../../../pipeline/model/title-tags.ts';

test('artist, album, title, position and year are read from what containers call them', () => {
  const tags = { title: 'T', album_artist: 'A', album: 'L', track: '3/12', date: '1999-05-01' };
  expect(readTitleTags({ tags })).toEqual({ title: 'T', artist: 'A', album: 'L', track: 3, year: 1999 });
  expect(readTitleTags({ tags: { tracknumber: '07', year: '2001' } })).toEqual({ track: 7, year: 2001 });
});

test('nonsense and nothing are left out', () => {
  expect(readTitleTags({ tags: { track: 'A side', date: '19990501123', encoder: 'x' } })).toBeUndefined();
  expect(readTitleTags({ tags: { track: '0', date: '0000', artist: 'A' } })).toEqual({ artist: 'A' });
});
