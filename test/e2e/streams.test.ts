import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeClip } from '../ffmpeg/make-clip.ts';
import { chromiumPath, launchChromium } from './chromium.ts';
import { canBePlayed, type Millrace, startMillrace } from './start-millrace.ts';

/** A busy machine is no fault. */
const TIMEOUT = { timeout: 60_000 };
const SECONDS = 4;
/** Not a whole number of codec frames: the seam lies within one. */
const SAMPLES = SECONDS * 48_000 + 345;

describe.skipIf(chromiumPath === undefined)('in a browser', () => {
  let folder: string;
  let millrace: Millrace;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-streams-'));
    millrace = await startMillrace(join(folder, 'media'), { INBOX_QUIET_SECONDS: '1' });
    browser = await launchChromium();
    // One tone that is divided into two tracks.
    for (const track of [1, 2]) {
      const path = join(folder, `${track}.flac`);
      await makeClip(
        ...['-f', 'lavfi', '-i', 'sine=frequency=1000:sample_rate=48000:duration=20'],
        ...['-af', `atrim=start_sample=${(track - 1) * SAMPLES}:end_sample=${track * SAMPLES},asetpts=PTS-STARTPTS,volume=8`],
        ...['-metadata', 'album=Tone', '-metadata', `track=${track}`, '-metadata', `title=Part ${track}`, path],
      );
      await rename(path, join(millrace.mediaDir, 'inbox', `part ${track}.flac`));
      await millrace.untilTitle((title) => canBePlayed(title) && title.name === `part ${track}`);
    }
  }, 280_000);

  afterAll(async () => {
    await browser?.close();
    await millrace?.stop();
    await rm(folder, { recursive: true });
  });

  test('the queue plays one track after the other on one clock, to the sample', async () => {
    const page = await browser.newPage();
    await page.goto(`${millrace.url}/music`);
    await page.locator('.music__tracks button').first().click();
    await page.waitForFunction(() => document.querySelector('audio')!.ended, undefined, { timeout: 120_000 });
    const clock = await page.evaluate(() => {
      const { buffered, duration } = document.querySelector('audio')!;
      return { ranges: buffered.length, duration };
    });
    expect(clock.ranges).toBe(1);
    expect(clock.duration).toBeCloseTo((2 * SAMPLES) / 48_000, 3);
    expect(await page.locator('[role=status]').allTextContents()).toContain('Part 2');
    await page.close();
  });

  test('a Korean text of the library is shown as it comes, and as events', async () => {
    const text = '동해물과 백두산이\n마르고 닳도록 똠방각하';
    await writeFile(join(folder, 'song.txt'), iconv.encode(text, 'cp949'));
    await rename(join(folder, 'song.txt'), join(millrace.mediaDir, 'inbox', 'song.txt'));
    await expect
      .poll(async () => (await (await fetch(`${millrace.url}/api/texts`)).json()) as unknown, TIMEOUT)
      .toMatchObject({ texts: [{ name: 'song.txt' }] });
    const page = await browser.newPage();
    await page.goto(`${millrace.url}/streams`);
    await page.locator('option[value="song.txt"]').waitFor({ state: 'attached' });
    for (const button of await page.getByRole('button', { name: 'Start' }).all()) await button.click();
    await expect.poll(() => page.locator('[data-stream=text]').textContent(), TIMEOUT).toBe(text);
    await expect
      .poll(() => page.locator('[data-stream=events]').textContent(), TIMEOUT)
      .toBe(
        text
          .split('\n')
          .map((line, index) => `${index + 1}: ${line}\n`)
          .join(''),
      );
    await expect.poll(() => page.locator('output').textContent(), TIMEOUT).toMatch(/in \d+ chunks?$/);
    await page.close();
  });
});
