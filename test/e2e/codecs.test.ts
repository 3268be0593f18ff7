import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { TitleView } from '../../pipeline/model/title.ts';
import { chromiumPath, launchChromium } from './chromium.ts';
import { makeNumberedClip } from './numbered-clip.ts';
import { isComplete, type Millrace, startMillrace } from './start-millrace.ts';

const SECONDS = 9;

describe.skipIf(chromiumPath === undefined)('a film in three codecs, in a browser that plays AV1 and no HEVC', () => {
  let folder: string;
  let millrace: Millrace;
  let browser: Browser;
  let page: Page;
  let title: TitleView;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-codecs-'));
    const clip = join(folder, 'film.mp4');
    await makeNumberedClip(clip, { seconds: SECONDS, height: 144, frameRate: '25' });
    // Nothing beyond the first seconds is made unless somebody asks for it.
    millrace = await startMillrace(join(folder, 'media'), { CODECS: 'h264,hevc,av1', LADDER: '144', BACKGROUND_CORES: '0' });
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
    await rename(clip, join(millrace.mediaDir, 'inbox', 'film.mp4'));
    title = await millrace.untilTitle(({ state }) => state === 'playable');
  });

  afterAll(async () => {
    await browser?.close();
    await millrace?.stop();
    await rm(folder, { recursive: true });
  });

  test('not encoded yet, it begins in H.264, and the codec that cannot be played is not even offered', async () => {
    await page.goto(`${millrace.url}/watch/${title.id}`);
    expect(await page.evaluate(playToEnd)).toEqual({ shown: ['avc1'], offered: ['av01', 'avc1'], ended: true });
    const { renditions } = await millrace.fetchTitle(title.id);
    const made = (id: string) => renditions.find((rendition) => rendition.id === id)?.segmentsCommitted;
    expect([made('v144-hevc'), made('v144-av1')]).toEqual([0, 0]);
  });

  test('asked for, AV1 is encoded on demand and plays to its end', async () => {
    await page.goto(`${millrace.url}/watch/${title.id}`);
    await page.evaluate(chooseCodec, 'av01');
    expect(await page.evaluate(playToEnd)).toMatchObject({ shown: ['av01'], ended: true });
  });

  test('finished, it plays in AV1 by itself', async () => {
    await millrace.stop();
    millrace = await startMillrace(join(folder, 'media'), { CODECS: 'h264,hevc,av1', LADDER: '144' });
    await millrace.untilTitle(isComplete);
    await page.goto(`${millrace.url}/watch/${title.id}`);
    expect(await page.evaluate(playToEnd)).toMatchObject({ shown: ['av01'], ended: true });
  });
});

describe.skipIf(chromiumPath === undefined)('a film in two codecs, on a player as small as a phone', () => {
  test('not encoded yet, plays in H.264 alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-codecs-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const clip = join(folder, 'film.mp4');
    await makeNumberedClip(clip, { seconds: SECONDS, height: 360, frameRate: '25' });
    const millrace = await startMillrace(join(folder, 'media'), {
      CODECS: 'h264,av1',
      LADDER: '360,240',
      COPY: 'never',
      BACKGROUND_CORES: '0',
    });
    onTestFinished(async () => void (await millrace.stop()));
    const browser = await launchChromium();
    onTestFinished(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 390, height: 700 } });
    await rename(clip, join(millrace.mediaDir, 'inbox', 'film.mp4'));
    const title = await millrace.untilTitle(({ state }) => state === 'playable');
    await page.goto(`${millrace.url}/watch/${title.id}`);
    expect(await page.evaluate(playToEnd)).toEqual({ shown: ['avc1'], offered: ['av01', 'avc1'], ended: true });
    const { renditions } = await millrace.fetchTitle(title.id);
    expect(renditions.filter(({ id, segmentsCommitted }) => id.endsWith('-av1') && segmentsCommitted > 0)).toEqual([]);
    const names = await page
      .locator('.strip__name')
      .evaluateAll((all) => all.map(({ textContent, clientHeight }) => ({ textContent, clientHeight })));
    expect(names.map(({ textContent }) => textContent)).toContain('360p AV1');
    expect(new Set(names.map(({ clientHeight }) => clientHeight)).size).toBe(1);
  });
});

/** In the page, when the playlist is there: only rungs of a codec from now on. */
async function chooseCodec(codec: string): Promise<void> {
  while ((window.millracePlayer?.hls?.levels.length ?? 0) === 0) await new Promise(requestAnimationFrame);
  const hls = window.millracePlayer!.hls!;
  hls.currentLevel = hls.levels.findIndex(({ videoCodec }) => videoCodec?.startsWith(codec));
}

/** In the page: plays the title, and tells in which codecs it was shown and which hls.js has left to choose from. */
async function playToEnd(): Promise<{ shown: string[]; offered: string[]; ended: boolean }> {
  while ((window.millracePlayer?.hls?.levels.length ?? 0) === 0) await new Promise(requestAnimationFrame);
  const { hls, video } = window.millracePlayer!;
  const codecOf = (level: number): string => hls!.levels[level]?.videoCodec?.slice(0, 4) ?? '';
  const shown = new Set<string>();
  video.muted = true;
  video.addEventListener('timeupdate', () => shown.add(codecOf(hls!.currentLevel)));
  const over = new Promise<void>((resolve, reject) => {
    video.addEventListener('ended', () => resolve(), { once: true });
    const failure = document.querySelector('.player__failure')!;
    new MutationObserver(() => reject(new Error(failure.textContent ?? ''))).observe(failure, { attributes: true });
  });
  await video.play();
  await over;
  const offered = [...new Set(hls!.levels.map((_, level) => codecOf(level)))].sort();
  return { shown: [...shown].filter((codec) => codec !== ''), offered, ended: video.ended };
}
