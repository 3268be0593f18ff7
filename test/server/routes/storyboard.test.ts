import { afterEach, beforeEach, expect, test } from 'vitest';
import { addTitle, type RunningApp, startApp } from '../start-app.ts';

let app: RunningApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

test('a storyboard is served where there is one, and told of by the title', async () => {
  await addTitle(app.services, 'film');
  expect((await app.send('/api/titles/film')).json).toMatchObject({ storyboardUrl: null });
  expect(await app.send('/titles/film/storyboard.vtt')).toMatchObject({ status: 404 });
  await app.services.store.putAsset('film', 'storyboard-0.jpg', Buffer.from('jpeg'));
  await app.services.store.putAsset('film', 'storyboard.vtt', Buffer.from('WEBVTT\n'));
  expect((await app.send('/api/titles/film')).json).toMatchObject({ storyboardUrl: '/titles/film/storyboard.vtt' });
  const index = await app.send('/titles/film/storyboard.vtt');
  expect(index).toMatchObject({ status: 200, headers: { 'content-type': 'text/vtt; charset=utf-8' } });
  const sheet = await app.send('/titles/film/storyboard-0.jpg');
  expect(sheet).toMatchObject({ status: 200, headers: { 'content-type': 'image/jpeg', 'cache-control': 'public, max-age=3600' } });
  const again = await app.send('/titles/film/storyboard-0.jpg', { headers: { 'If-None-Match': sheet.headers.etag as string } });
  expect(again.status).toBe(304);
});

test.each(['storyboard-1.jpg', 'storyboard-..%2Fposter.jpg', 'storyboard-%2e%2e.jpg', 'storyboard-x.vtt'])(
  'no sheet is called %s',
  async (name) => {
    await addTitle(app.services, 'film');
    await app.services.store.putAsset('film', 'storyboard-0.jpg', Buffer.from('jpeg'));
    expect(await app.send(`/titles/film/${name}`)).toMatchObject({ status: 404 });
  },
);
