import { mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, launchChromium } from './chromium.ts';
import { makeNumberedClip } from './numbered-clip.ts';
import { type FolderServer, serveFolder } from './serve-folder.ts';
import { canBePlayed, type Millrace, startMillrace } from './start-millrace.ts';

const SECONDS = 24;
/** As a page without a bundler takes it. */
const DASHJS = createRequire(import.meta.url).resolve('dashjs');

interface DashPlayer {
  initialize(video: HTMLVideoElement, url: string, autoplay: boolean, startSeconds?: number): void;
  on(event: string, listener: (event: unknown) => void): void;
  getCurrentTrackFor(kind: string): { id: number } | null;
}

declare global {
  interface Window {
    dashjs: { MediaPlayer(): { create(): DashPlayer } };
    dash: { player: DashPlayer; video: HTMLVideoElement; errors: string[] };
  }
}

/** dash.js on a page of another origin, from a place on. */
function play({ url, startSeconds }: { url: string; startSeconds: number }): void {
  const video = document.querySelector('video')!;
  video.muted = true;
  const player = window.dashjs.MediaPlayer().create();
  const errors: string[] = [];
  player.on('error', (event) => errors.push(JSON.stringify(event)));
  player.initialize(video, url, true, startSeconds);
  window.dash = { player, video, errors };
}

describe.skipIf(chromiumPath === undefined)('dash.js', () => {
  let folder: string;
  let millrace: Millrace;
  let browser: Browser;
  let url: string;
  let elsewhere: FolderServer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-dash-'));
    const clip = join(folder, 'clip.mp4');
    await makeNumberedClip(clip, { seconds: SECONDS, height: 360, frameRate: '25' });
    // Nothing is encoded but what the player asks for.
    millrace = await startMillrace(join(folder, 'media'), { BACKGROUND_CORES: '0' });
    await rename(clip, join(millrace.mediaDir, 'inbox', 'film.mp4'));
    const { id } = await millrace.untilTitle(canBePlayed);
    url = `${millrace.url}/titles/${id}/manifest.mpd`;
    browser = await launchChromium();
    elsewhere = await serveFolder(folder);
  });

  afterAll(async () => {
    await browser?.close();
    await elsewhere?.close();
    await millrace?.stop();
    await rm(folder, { recursive: true });
  });

  async function open(startSeconds: number): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(`${elsewhere.url}/player.html`);
    await page.addScriptTag({ path: DASHJS });
    await page.evaluate(play, { url, startSeconds });
    return page;
  }

  const hasReached = (seconds: number) => window.dash.video.currentTime >= seconds;

  test('plays a title that is not finished from its beginning, and from a place that it seeks to', async () => {
    const page = await open(0);
    await page.waitForFunction(hasReached, 1.5, { timeout: 60_000 });
    await page.evaluate(() => {
      window.dash.video.currentTime = 17;
    });
    await page.waitForFunction(hasReached, 18.5, { timeout: 60_000 });
    const state = await page.evaluate(() => {
      const { video, player, errors } = window.dash;
      const decoded = video.getVideoPlaybackQuality().totalVideoFrames;
      return { errors, durationSeconds: video.duration, width: video.videoWidth, decoded, trackId: player.getCurrentTrackFor('video')?.id };
    });
    expect(state.errors).toEqual([]);
    expect(state.durationSeconds).toBeCloseTo(SECONDS, 1);
    expect(state.width).toBeGreaterThan(0);
    expect(state.decoded).toBeGreaterThan(25);
    await page.close();
  });

  test('starts at a place of the film and plays it to its end', async () => {
    const page = await open(20);
    await page.waitForFunction(() => window.dash.video.ended, undefined, { timeout: 60_000 });
    expect(await page.evaluate(() => window.dash.errors)).toEqual([]);
    await page.close();
  });
});
