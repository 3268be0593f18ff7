import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromiumPath, launchChromium } from './chromium.ts';
import { BLOCK_SHARE, makeNumberedClip, NUMBER_BITS } from './numbered-clip.ts';
import { type FolderServer, serveFolder } from './serve-folder.ts';
import { canBePlayed, type Millrace, startMillrace } from './start-millrace.ts';
import { readFrame } from './witness.ts';

const HLS_JS = fileURLToPath(new URL('../../node_modules/hls.js/dist/', import.meta.url));
const SECONDS = 60;
const FRAME_RATE = 25;

let folder: string;
let millrace: Millrace;
let web: FolderServer;
let playlistUrl: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-iframes-'));
  const clip = join(folder, 'film.mp4');
  const videoArgs = ['-g', String(FRAME_RATE), '-sc_threshold', '0'];
  await makeNumberedClip(clip, { seconds: SECONDS, height: 360, frameRate: String(FRAME_RATE), videoArgs });
  // Nothing is made but what is asked for.
  millrace = await startMillrace(join(folder, 'media'), { BACKGROUND_CORES: '0' });
  await rename(clip, join(millrace.mediaDir, 'inbox', 'film.mp4'));
  web = await serveFolder(HLS_JS);
  playlistUrl = new URL((await millrace.untilTitle(canBePlayed)).playlistUrl!, millrace.url).href;
});

afterAll(async () => {
  await web?.close();
  await millrace?.stop();
  await rm(folder, { recursive: true });
});

test.skipIf(chromiumPath === undefined)('who looks for a place sees the film there, at once, while it plays on', async () => {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`${web.url}/player.html`);
    await page.addScriptTag({ url: `${web.url}/hls.min.js` });
    await page.evaluate(playAndLook, playlistUrl);
    for (const seconds of [44, 8, 33, 59.5, 0]) {
      await page.evaluate(lookAt, seconds);
      const { number } = await page.evaluate(readFrame, { bits: NUMBER_BITS, blockShare: BLOCK_SHARE });
      const start = seconds < 4 ? seconds : 4 * Math.floor(seconds / 4);
      expect(number).toBe(start * FRAME_RATE);
    }
    expect(await page.evaluate(() => window.looking.errors)).toEqual([]);
    await page.waitForFunction(() => window.looking.film.currentTime > 3);
    expect(await page.evaluate(() => window.looking.film.buffered.length)).toBe(1);
  } finally {
    await browser.close();
  }
});

declare global {
  interface Window {
    looking: { film: HTMLVideoElement; iframes: { loadMediaAt(seconds: number): void }; errors: string[] };
  }
}

/** In the page: plays the film, with a second video for its I-frames. */
function playAndLook(url: string): Promise<void> {
  const { Hls } = globalThis as unknown as { Hls: typeof import('hls.js').default };
  const hls = new Hls();
  const film = document.querySelector('video')!;
  const video = document.body.appendChild(document.createElement('video'));
  const errors: string[] = [];
  // Where the machine is busy the film may wait; it must not end.
  hls.on(Hls.Events.ERROR, (_, { details, fatal }) => fatal && errors.push(details));
  hls.loadSource(url);
  hls.attachMedia(film);
  film.muted = true;
  void film.play();
  return new Promise((resolve) => {
    hls.once(Hls.Events.LEVEL_LOADED, () => {
      const iframes = hls.createIFramePlayer()!;
      iframes.on(Hls.Events.ERROR, (_, { details }) => errors.push(`I-frames: ${details}`));
      iframes.attachMedia(video);
      window.looking = { film, iframes, errors };
      window.millracePlayer = { hls, video, stats: () => ({}) as never };
      resolve();
    });
  });
}

/** In the page: resolves when another picture is shown. */
function lookAt(seconds: number): Promise<void> {
  return new Promise((resolve) => {
    window.millracePlayer!.video.requestVideoFrameCallback(() => resolve());
    window.looking.iframes.loadMediaAt(seconds);
  });
}
