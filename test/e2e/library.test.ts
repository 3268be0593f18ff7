import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chromiumPath, launchChromium } from './chromium.ts';
import { makeNumberedClip } from './numbered-clip.ts';
import { type Millrace, startMillrace } from './start-millrace.ts';

const PATIENCE = { timeout: 60_000 };

/** With client.test.ts, which has the pages' own behaviour: here is what comes from outside them. */
describe.skipIf(chromiumPath === undefined)('the library while files arrive', () => {
  let folder: string;
  let millrace: Millrace;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-library-'));
    millrace = await startMillrace(join(folder, 'media'));
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await millrace?.stop();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    await page.goto(millrace.url);
    // A reload would lose it.
    await page.evaluate(() => document.documentElement.setAttribute('data-page', 'the first'));
  });
  afterEach(() => context.close());

  const card = (name: string) => page.locator('html[data-page="the first"] .card', { hasText: name });

  async function drop(path: string, name: string): Promise<void> {
    await rename(path, join(millrace.mediaDir, 'inbox', name));
  }

  test('a file in the drop folder gets a card, its preparation is seen to go on, and it plays meanwhile', async () => {
    const clip = join(folder, 'clip.mp4');
    await makeNumberedClip(clip, { seconds: 60, height: 360, frameRate: '25' });
    await drop(clip, '물레방아.mp4');
    await card('물레방아').getByText('Plays now').waitFor(PATIENCE);
    const shares = await card('물레방아').getByRole('progressbar').evaluate(seeShares, 3);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));

    await card('물레방아').getByRole('link').click();
    await page.waitForFunction(() => (window.millracePlayer?.video.currentTime ?? 0) > 1, null, PATIENCE);
    expect(await page.evaluate(() => window.millracePlayer!.stats())).toMatchObject({ fatalErrors: 0 });
  });

  test('an upload shows how far it is, and can be watched from where it was shown', async () => {
    const clip = join(folder, 'clip.mp4');
    await makeNumberedClip(clip, { seconds: 10, height: 360, frameRate: '25' });
    // So that there is something to see: 20 MB at 40 Mb/s.
    await writeFile(clip, Buffer.concat([await readFile(clip), freeBox(20_000_000)]));
    const line = await context.newCDPSession(page);
    const throughput = 5_000_000;
    await line.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: throughput,
      uploadThroughput: throughput,
    });
    const upload = page.locator('.arriving .row', { hasText: 'clip.mp4' });
    await page.locator('input[type=file]').first().setInputFiles(clip);
    const shares = await upload.getByRole('progressbar').evaluate(seeShares, 3);
    // It may be first seen empty; from there it only grows.
    expect(shares).toEqual([...new Set(shares)].sort((a, b) => a - b));
    expect(shares.at(-1)).toBeGreaterThan(0);
    await upload.getByRole('link', { name: 'Watch' }).click(PATIENCE);
    await page.waitForFunction(() => (window.millracePlayer?.video.currentTime ?? 0) > 1, null, PATIENCE);
  });

  test('a file that is no film is told in plain words, kept with its reason, and holds nothing up', async () => {
    const [notes, clip] = [join(folder, 'notes.mp4'), join(folder, 'clip.mp4')];
    await writeFile(notes, 'These are notes, whatever the name says.\n');
    await makeNumberedClip(clip, { seconds: 2, height: 180, frameRate: '25' });
    await drop(notes, 'notes.mp4');
    await drop(clip, 'after it.mp4');
    await card('notes').getByText('not a film').waitFor(PATIENCE);
    await card('after it').getByText('Ready').waitFor(PATIENCE);
    const failed = (name: string) => readFile(join(millrace.mediaDir, 'failed', name), 'utf8');
    expect(await failed('notes.mp4')).toContain('These are notes');
    expect(JSON.parse(await failed('notes.mp4.error.json'))).toMatchObject({ code: 'source_not_media', originalName: 'notes.mp4' });
  });
});

/** In the page: the next shares that a progress bar shows, as it changes. */
function seeShares(bar: Element, count: number): Promise<number[]> {
  const shares: number[] = [];
  return new Promise((resolve) => {
    new MutationObserver(() => {
      const share = Number(bar.getAttribute('aria-valuenow'));
      if (share !== shares.at(-1)) shares.push(share);
      if (shares.length === count) resolve(shares);
    }).observe(bar, { attributes: true, attributeFilter: ['aria-valuenow'] });
  });
}

function freeBox(sizeBytes: number): Buffer {
  const box = Buffer.alloc(sizeBytes);
  box.writeUInt32BE(sizeBytes);
  box.write('free', 4);
  return box;
}
