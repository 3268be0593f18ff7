import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFilm } from '../ffmpeg/title-home.ts';
import { launchChromium } from './chromium.ts';
import { canBePlayed, type Millrace, startMillrace } from './start-millrace.ts';

let folder: string;
let millrace: Millrace;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-storyboard-'));
  const clip = join(folder, 'clip.mp4');
  await makeFilm(clip, 12);
  millrace = await startMillrace(join(folder, 'media'), { INBOX_QUIET_SECONDS: '1' });
  await rename(clip, join(millrace.mediaDir, 'inbox', 'film.mp4'));
  browser = await launchChromium();
}, 280_000);

afterAll(async () => {
  await browser?.close();
  await millrace?.stop();
  await rm(folder, { recursive: true });
});

test('where the pointer is on the timeline, the player shows the film, also when the pictures come while it is open', async () => {
  const { id } = await millrace.untilTitle(canBePlayed);
  const page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
  await page.goto(`${millrace.url}/watch/${id}`);
  await millrace.untilTitle(({ storyboardUrl }) => storyboardUrl !== null);
  const timeline = page.locator('media-time-range');
  const cues = () =>
    page.evaluate(() => {
      const tracks = [...(window.millracePlayer?.video.textTracks ?? [])].filter(({ label }) => label === 'thumbnails');
      return tracks.map((track) => track.cues?.length);
    });
  await expect.poll(cues).toEqual([6]);
  const box = (await timeline.boundingBox())!;
  const preview = async (share: number): Promise<string | null> => {
    await page.mouse.move(box.x + box.width * share, box.y + box.height / 2);
    return timeline.getAttribute('mediapreviewimage');
  };
  const sheet = `${millrace.url}/titles/${id}/storyboard-0.jpg`;
  await expect.poll(() => preview(0.25)).toBe(`${sheet}#xywh=192,0,192,108`);
  await expect.poll(() => preview(0.75)).toBe(`${sheet}#xywh=768,0,192,108`);
  const shownWidth = () =>
    page.locator('media-time-range media-preview-thumbnail').evaluate((element) => element.shadowRoot!.querySelector('img')!.naturalWidth);
  await expect.poll(shownWidth).toBe(1152);
});
