import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AudioStreamInfo, SourceInfo } from '../../../pipeline/model/source-info.ts';
import { addTitle, type RunningApp, startApp } from '../start-app.ts';

let app: RunningApp;
let opened: unknown[];

beforeEach(async () => {
  opened = [];
  app = await startApp();
  app.services.soundFiles.open = async (title, _plan, rendition, coding) => {
    opened.push([title.id, rendition.id, coding.contentType]);
    const bytes = Buffer.from('0123456789');
    return {
      ...{ sizeBytes: bytes.length, digest: 'made', modifiedAtMs: 0 },
      async *read({ start, end }) {
        yield bytes.subarray(start, end + 1);
      },
    };
  };
  await add('film', 'film.mkv', ['matroska', 'webm'], 'aac');
  await add('song', 'song.mp3', ['mp3'], 'mp3');
});
afterEach(() => app.close());

async function add(id: string, name: string, formatNames: string[], codec: string): Promise<void> {
  await mkdir(join(app.mediaDir, 'originals', id), { recursive: true });
  await writeFile(join(app.mediaDir, 'originals', id, name), 'original');
  const sourceInfo: SourceInfo = { formatNames, sizeBytes: 8, audio: [{ codec } as AudioStreamInfo], others: [], tags: {} };
  await addTitle(app.services, id, {
    source: { path: `originals/${id}/${name}`, originalName: name, sizeBytes: 8, identity: id },
    sourceInfo,
  });
}

test('a sound is encoded as it is taken: of exact length, in ranges, under the name that is asked for', async () => {
  const whole = await app.send('/titles/film/audio.mp3?download=a');
  expect(whole).toMatchObject({ status: 200, text: '0123456789' });
  expect(whole.headers).toMatchObject({
    ...{ 'content-type': 'audio/mpeg', 'content-length': '10', etag: '"made"', 'accept-ranges': 'bytes' },
    'content-disposition': 'attachment; filename="a.mp3"',
  });
  expect(await app.send('/titles/film/audio.opus', { headers: { Range: 'bytes=2-3' } })).toMatchObject({ status: 206, text: '23' });
  expect(opened).toEqual([
    ['film', 'a1', 'audio/mpeg'],
    ['film', 'a1', 'audio/ogg; codecs=opus'],
  ]);
});

test('an original that is MP3 is sent as it is, and encoded for who wants Opus', async () => {
  const { text, headers } = await app.send('/titles/song/audio.mp3');
  expect([text, headers['content-type'], headers['content-disposition']]).toEqual(['original', 'audio/mpeg', undefined]);
  expect(await app.send('/titles/song/audio.opus')).toMatchObject({ text: '0123456789' });
});

test.each([
  ['/titles/film/audio.mp3?audio=xx', 400, 'rendition_unknown'],
  ['/titles/nobody/audio.mp3', 404, 'not_found'],
])('%s answers %i', async (path, status, code) => {
  expect(await app.send(path)).toMatchObject({ status, json: { code } });
});
