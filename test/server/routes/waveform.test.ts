import { afterEach, beforeEach, expect, test } from 'vitest';
import { addTitle, type RunningApp, startApp } from '../start-app.ts';

let app: RunningApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

test('a waveform is served where there is one, and told of by the title', async () => {
  await addTitle(app.services, 'song');
  expect((await app.send('/api/titles/song')).json).toMatchObject({ waveformUrl: null });
  expect(await app.send('/titles/song/waveform.json')).toMatchObject({ status: 404 });
  await app.services.store.putAsset('song', 'waveform.json', Buffer.from('{"version":1,"durationSeconds":2,"peaks":[0,255]}'));
  expect((await app.send('/api/titles/song')).json).toMatchObject({ waveformUrl: '/titles/song/waveform.json' });
  const { status, headers, json } = await app.send('/titles/song/waveform.json');
  expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
  expect(json).toEqual({ version: 1, durationSeconds: 2, peaks: [0, 255] });
  const again = await app.send('/titles/song/waveform.json', { headers: { 'If-None-Match': headers.etag as string } });
  expect(again.status).toBe(304);
  expect(await app.send('/titles/none/waveform.json')).toMatchObject({ status: 404 });
});
