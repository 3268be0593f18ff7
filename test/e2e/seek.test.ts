import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, launchChromium } from './chromium.ts';
import { BLOCK_SHARE, makeNumberedClip, NUMBER_BITS, toneHertz } from './numbered-clip.ts';
import { canBePlayed, type Millrace, startMillrace } from './start-millrace.ts';
import { hearTone, readFrame } from './witness.ts';

const FRAME_RATE = 25;
const SECONDS = 120;
/** In the middle of a frame, of a segment and of a tone. */
const PLACE_SECONDS = 102.02;

describe.skipIf(chromiumPath === undefined)('a seek to a place that is not encoded', () => {
  let folder: string;
  let millrace: Millrace;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-seek-'));
    const clip = join(folder, 'film.mp4');
    await makeNumberedClip(clip, { seconds: SECONDS, height: 360, frameRate: String(FRAME_RATE) });
    millrace = await startMillrace(join(folder, 'media'));
    browser = await launchChromium();
    page = await browser.newPage();
    await rename(clip, join(millrace.mediaDir, 'inbox', 'film.mp4'));
    const title = await millrace.untilTitle(canBePlayed);
    await page.goto(`${millrace.url}/watch/${title.id}`);
    await page.waitForFunction(() => (window.millracePlayer?.video.readyState ?? 0) >= 2);

    const [rung] = title.renditions;
    const segmentAtPlace = join(millrace.mediaDir, 'streams', title.id, rung!.id, `${rung!.segmentsPlanned - 5}.m4s`);
    expect(existsSync(segmentAtPlace), 'the place is encoded already').toBe(false);
    await page.evaluate(async (seconds) => {
      const { video } = window.millracePlayer!;
      video.pause();
      video.currentTime = seconds;
      // A frame of the old place may still be on its way to the screen.
      for (let shown = 0; Math.abs(shown - seconds) > 1; ) {
        shown = await new Promise<number>((resolve) => video.requestVideoFrameCallback((_, frame) => resolve(frame.mediaTime)));
      }
    }, PLACE_SECONDS);
  });

  afterAll(async () => {
    await browser?.close();
    await millrace?.stop();
    await rm(folder, { recursive: true });
  });

  test('shows the frame of that place', async () => {
    const { number, seconds } = await page.evaluate(readFrame, { bits: NUMBER_BITS, blockShare: BLOCK_SHARE });
    expect([number, seconds]).toEqual([Math.floor(PLACE_SECONDS * FRAME_RATE), PLACE_SECONDS]);
  });

  test('plays on from there, with the sound of that place', async () => {
    await page.evaluate(() => window.millracePlayer!.video.play());
    expect(await page.evaluate(hearTone)).toBeCloseTo(toneHertz(PLACE_SECONDS), -1);
    await page.waitForFunction((seconds) => window.millracePlayer!.video.currentTime > seconds, PLACE_SECONDS + 1);
    const { number, seconds } = await page.evaluate(readFrame, { bits: NUMBER_BITS, blockShare: BLOCK_SHARE });
    // The clock runs on between the picture and its reading.
    expect(Math.abs(seconds * FRAME_RATE - number)).toBeLessThan(4);
    expect((await page.evaluate(() => window.millracePlayer!.stats())).fatalErrors).toBe(0);
  });
});
