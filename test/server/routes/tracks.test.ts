import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SourceInfo } from '../../../pipeline/model/source-info.ts';
import { createPlaylists, type Playlist } from '../../../pipeline/playlists/playlists.ts';
import { addTitle, type RunningApp, startApp } from '../start-app.ts';

const SOUND: SourceInfo = {
  ...{ formatNames: ['mp3'], sizeBytes: 1, others: [] },
  audio: [{ index: 0, codec: 'mp3' } as SourceInfo['audio'][number]],
  tags: {},
};
const JSON_TYPE = { 'Content-Type': 'application/json' };

let app: RunningApp;
beforeEach(async () => {
  app = await startApp();
  const others = [{ index: 1, kind: 'cover', codec: 'mjpeg' }] as SourceInfo['others'];
  await addTitle(app.services, 'rain', {
    sourceInfo: { ...SOUND, others, tags: { title: '소나기', artist: '김밴드', album: '여름', track: '2' } },
  });
  await addTitle(app.services, 'sun', { sourceInfo: { ...SOUND, tags: { title: '해', artist: '김밴드', album: '여름', track: '1' } } });
  await addTitle(app.services, 'other', { sourceInfo: SOUND });
  await addTitle(app.services, 'film', { sourceInfo: { ...SOUND, video: {} as NonNullable<SourceInfo['video']> } });
});
afterEach(() => app.close());

describe('GET /api/tracks', () => {
  test('lists titles of sound alone, as records stand', async () => {
    const { tracks } = (await app.send('/api/tracks')).json as { tracks: { id: string }[] };
    expect(tracks.map(({ id }) => id)).toEqual(['sun', 'rain', 'other']);
    expect(tracks[1]).toMatchObject({
      ...{ title: '소나기', artist: '김밴드', album: '여름', track: 2, durationSeconds: 10 },
      ...{ coverUrl: '/titles/rain/poster.jpg', streamUrl: '/audio_stream?track_id=rain', playlistUrl: '/titles/rain/multivariant.m3u8' },
    });
    expect(tracks[0]).toMatchObject({ coverUrl: null });
  });

  test('finds, and refuses what it does not know', async () => {
    const found = await app.send(`/api/tracks?q=${encodeURIComponent('소나기 여름')}`);
    expect(found.json).toMatchObject({ tracks: [{ id: 'rain' }] });
    expect(await app.send('/api/tracks?order=random')).toMatchObject({ status: 400, json: { code: 'bad_request' } });
  });

  test('an album is a playlist for other players, under the name that they know this server by', async () => {
    const answer = await app.send(`/api/tracks.m3u?album=${encodeURIComponent('여름')}`, { headers: { Host: 'localhost:8080' } });
    expect(answer.headers['content-type']).toBe('audio/x-mpegurl; charset=utf-8');
    expect(answer.text.split('\n').filter((line) => line.startsWith('http'))).toEqual([
      'http://localhost:8080/audio_stream?track_id=sun',
      'http://localhost:8080/audio_stream?track_id=rain',
    ]);
    expect((await app.send('/api/tracks.m3u', { headers: { Host: 'evil.example' } })).status).toBe(403);
  });
});

describe('/api/playlists', () => {
  async function create(): Promise<Playlist> {
    const body = JSON.stringify({ name: '여름 밤', trackIds: ['rain', 'gone', 'sun', 'rain'] });
    return (await app.send('/api/playlists', { method: 'POST', headers: JSON_TYPE, body })).json as Playlist;
  }

  test('one is made, read, exported, changed and removed', async () => {
    const { id } = await create();
    expect((await app.send('/api/playlists')).json).toMatchObject({ playlists: [{ id, name: '여름 밤' }] });
    expect((await app.send(`/api/playlists/${id}`)).json).toMatchObject({ tracks: [{ id: 'rain' }, { id: 'sun' }, { id: 'rain' }] });
    const { text } = await app.send(`/api/playlists/${id}.m3u`);
    expect(text.match(/track_id=\w+/g)).toEqual(['track_id=rain', 'track_id=sun', 'track_id=rain']);
    expect(text).toContain('#PLAYLIST:여름 밤\n#EXTINF:10,김밴드 - 소나기\n');
    const changed = await app.send(`/api/playlists/${id}`, { method: 'PATCH', headers: JSON_TYPE, body: '{"trackIds":["sun"]}' });
    expect(changed.json).toMatchObject({ name: '여름 밤', trackIds: ['sun'] });
    expect((await app.send(`/api/playlists/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await app.send(`/api/playlists/${id}`)).status).toBe(404);
    expect((await app.send(`/api/playlists/${id}`, { method: 'DELETE' })).status).toBe(404);
  });

  test('it is a file: who opens the media home anew has it, and one that is broken hides no other', async () => {
    const playlist = await create();
    await writeFile(join(app.mediaDir, 'playlists/broken.json'), '{');
    const { log } = app.services;
    expect(await createPlaylists({ mediaDir: app.mediaDir, log }).list()).toEqual([playlist]);
  });

  test.each(['{}', '{"name":""}', '{"name":"x","trackIds":["../x"]}', '{"name":"x","extra":1}'])('%s makes none', async (body) => {
    expect(await app.send('/api/playlists', { method: 'POST', headers: JSON_TYPE, body })).toMatchObject({ status: 400 });
    expect((await app.send('/api/playlists')).json).toEqual({ playlists: [] });
  });
});
