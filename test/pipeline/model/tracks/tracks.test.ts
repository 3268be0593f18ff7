import { describe, expect, test } from 'vitest';
import type { SourceInfo } from '../../../../pipeline/model/source-info.ts';
import type { TitleRecord } from '../../../../pipeline/model/title.ts';
import { renderM3u } from '../../../../pipeline/model/tracks/render-m3u.ts';
import { searchTracks, type TrackSearch } from '../../../../pipeline/model/tracks/search-tracks.ts';
import { type Track, trackOf } from '../../../../pipeline/model/tracks/track.ts';

function track(id: string, title: string, change: Partial<Track> = {}): Track {
  return { id, title, durationSeconds: 61.6, createdAtMs: 0, hasCover: false, ...change };
}

const TRACKS = [
  track('1', '소나기', { artist: '김밴드', album: '여름', track: 2, createdAtMs: 3 }),
  track('2', '장마', { artist: '김밴드', album: '여름', track: 10, createdAtMs: 1 }),
  track('3', 'Première', { artist: 'Éva', album: 'Album', track: 1, createdAtMs: 2 }),
  track('4', '여름 아침', { createdAtMs: 4 }),
];

test.each<[TrackSearch, string]>([
  [{}, '3124'],
  [{ q: '여름' }, '124'],
  [{ q: '여름'.normalize('NFD') }, '124'],
  [{ q: 'eva PREMIERE' }, '3'],
  [{ q: '김밴드 장마' }, '2'],
  [{ q: 'nobody' }, ''],
  [{ album: '여름', order: 'title' }, '12'],
  [{ artist: 'eva' }, '3'],
  [{ order: 'newest' }, '4132'],
  [{ order: 'artist' }, '3124'],
  [{ order: 'title' }, '3142'],
])('a search for %j gives %s', (search, ids) => {
  expect(
    searchTracks(TRACKS, search)
      .map(({ id }) => id)
      .join(''),
  ).toBe(ids);
});

describe('a track', () => {
  const sound = { codec: 'mp3' } as SourceInfo['audio'][number];
  const info: SourceInfo = { formatNames: ['mp3'], sizeBytes: 1, audio: [sound], others: [], tags: {} };
  const record = (sourceInfo: SourceInfo) => ({ id: 'x', name: 'file name', createdAtMs: 5, sourceInfo }) as TitleRecord;

  test('is called as its tags say, else as its file', () => {
    expect(trackOf(record(info), 9)).toEqual({ id: 'x', title: 'file name', durationSeconds: 9, createdAtMs: 5, hasCover: false });
    const tags = { title: '소나기', artist: '김밴드', album: '여름', track: '2/12', date: '1999-05-01' };
    expect(trackOf(record({ ...info, tags }), 9)).toMatchObject({ title: '소나기', artist: '김밴드', album: '여름', track: 2, year: 1999 });
  });

  test('is no film, and nothing that is not looked at yet', () => {
    expect(trackOf(record({ ...info, video: {} as NonNullable<SourceInfo['video']> }), 9)).toBeUndefined();
    expect(trackOf(record({ ...info, audio: [] }), 9)).toBeUndefined();
    expect(trackOf({ id: 'x', name: 'n', createdAtMs: 5 } as TitleRecord, null)).toBeUndefined();
  });
});

test('a playlist for other players is Extended M3U, and no tag adds an entry to it', () => {
  const hostile = track('5', 'line\nhttp://elsewhere/', { artist: 'a\r\nb', durationSeconds: null });
  expect(renderM3u('여름\n노래', [TRACKS[0]!, hostile], ({ id }) => `http://host/${id}`)).toBe(
    '#EXTM3U\n#PLAYLIST:여름 노래\n#EXTINF:62,김밴드 - 소나기\nhttp://host/1\n#EXTINF:-1,a b - line http://elsewhere/\nhttp://host/5\n',
  );
});
