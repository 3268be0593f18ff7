import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLog } from '../../pipeline/log.ts';
import type { TitleView } from '../../pipeline/model/title.ts';
import { hasSegment } from '../../pipeline/model/work/segment-runs.ts';
import type { BackgroundView, TitleSegmentsView, WorkView } from '../../pipeline/model/work/work-view.ts';
import { loadSettings } from '../../server/config.ts';
import { type RunningServer, startServer } from '../../server/start-server.ts';
import { makeClip } from '../ffmpeg/make-clip.ts';
import { chromiumPath, launchChromium } from './chromium.ts';

/** The page's hook (client/src/player/player.ts), as far as it is used here. */
interface Hook {
  video: { currentTime: number; ended: boolean; paused: boolean };
  stats(): { rung: string | null; stalls: number; fatalErrors: number; totalFrames: number };
}
declare const window: { millracePlayer?: Hook };

const TIMEOUT = { timeout: 60_000 };

/** Most tests look at one title and leave it as it is; what they change is their own. */
describe.skipIf(chromiumPath === undefined)('the pages, on the real server', () => {
  let folder: string;
  let clip: string;
  let server: RunningServer;
  let browser: Browser;
  let film: TitleView;
  let context: BrowserContext;
  let page: Page;
  let problems: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-client-'));
    clip = join(folder, 'Water mill.mp4');
    const sources = ['-f', 'lavfi', '-i', 'testsrc2=size=854x480:rate=25:duration=10', '-f', 'lavfi', '-i', 'sine=440:duration=10'];
    await makeClip(...sources, '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', '-movflags', '+faststart', clip);
    server = await startServer(
      loadSettings({ env: { PORT: '0', SAMPLE: '0', MEDIA_DIR: join(folder, 'media') }, folder }),
      createLog('silent'),
    );
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    ({ page, problems } = await openPage(context));
  });
  afterEach(async () => {
    await context.close();
    expect(problems).toEqual([]);
  });

  const card = (name: string) => page.locator('.card', { hasText: name });
  const hook = <T>(read: (player: Hook) => T) => page.evaluate<T>(`(${read.toString()})(window.millracePlayer)`);
  const played = (seconds: number) =>
    page.waitForFunction((least) => (window.millracePlayer?.video.currentTime ?? 0) > least, seconds, TIMEOUT);

  /** A title of the test's own, which differs by its bytes. */
  async function addTitle(name: string): Promise<TitleView> {
    const body = Buffer.concat([await readFile(clip), Buffer.from(`\0\0\0\x20free${name.padEnd(24, '.')}`)]);
    const answer = await fetch(`${server.url}/api/titles?name=${name}.mp4`, { method: 'PUT', body });
    return (await answer.json()) as TitleView;
  }

  test('an empty library says what to do, and a chosen file gets its card, its picture and its end of preparation without a reload', async () => {
    await page.goto(server.url);
    await page.getByRole('heading', { name: 'Drop a film here.' }).waitFor();
    expect(await page.locator('.empty').textContent()).toContain('media/inbox/');

    await page.locator('input[type=file]').first().setInputFiles(clip);
    await card('Water mill').locator('img').waitFor(TIMEOUT);
    await card('Water mill').getByText('Ready').waitFor(TIMEOUT);
    expect(await card('Water mill').textContent()).toContain('0:10');
    ({
      titles: [film],
    } = (await (await fetch(`${server.url}/api/titles`)).json()) as { titles: [TitleView] });
  });

  test('a dropped file is added, and several at once', async () => {
    await page.goto(server.url);
    const names = ['Dropped one', 'Dropped two'];
    const bytes = await readFile(clip, 'base64');
    await page.evaluate(
      ([data, ...titles]) => {
        const transfer = new DataTransfer();
        const content = Uint8Array.from(atob(data!), (character) => character.charCodeAt(0));
        for (const title of titles) transfer.items.add(new File([content, `\0\0\0\x20free${title.padEnd(24, '.')}`], `${title}.mp4`));
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
      },
      [bytes, ...names],
    );
    for (const name of names) {
      await card(name).waitFor(TIMEOUT);
      await removeTitle(name);
      // Removed elsewhere, it leaves this page too.
      await card(name).waitFor({ ...TIMEOUT, state: 'detached' });
    }
  });

  async function removeTitle(name: string): Promise<void> {
    const { titles } = (await (await fetch(`${server.url}/api/titles`)).json()) as { titles: TitleView[] };
    for (const { id } of titles.filter((title) => title.name === name)) await fetch(`${server.url}/api/titles/${id}`, { method: 'DELETE' });
  }

  test('a file that is no film is refused in plain words', async () => {
    const path = join(folder, 'notes.mp4');
    await writeFile(path, 'these are notes');
    await page.goto(server.url);
    await page.locator('input[type=file]').first().setInputFiles(path);
    await card('notes').getByText('not a film').waitFor(TIMEOUT);
    await removeTitle('notes');
  });

  test('a title plays to its end without a stall, its figures can be shown and a rung can be chosen', async () => {
    await page.goto(server.url);
    await card('Water mill').getByRole('link').click();
    await played(0.5);
    await page.locator('.stats-button').click();
    await page.locator('.stats').getByText(/\d of/).waitFor(TIMEOUT);

    await page.getByRole('button', { name: 'Quality' }).click();
    await page.getByRole('menuitemradio').last().click();
    const lowest = `${Math.min(...film.renditions.flatMap(({ height }) => height ?? []))}p`;
    await page.waitForFunction((rung) => window.millracePlayer?.stats().rung === rung, lowest, TIMEOUT);
    await page.locator('.stats').getByText(lowest).waitFor(TIMEOUT);

    await page.waitForFunction(() => window.millracePlayer?.video.ended, null, TIMEOUT);
    const stats = await hook((player) => player.stats());
    expect(stats).toMatchObject({ stalls: 0, fatalErrors: 0 });
    expect(stats.totalFrames).toBeGreaterThan(200);
  });

  test('everything can be reached by keyboard alone', async () => {
    await page.goto(server.url);
    await card('Water mill').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    const isAtFilm = (path: string) => document.activeElement?.getAttribute('href') === path;
    for (let step = 0; step < 8 && !(await page.evaluate(isAtFilm, `/watch/${film.id}`)); step++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await played(0.1);
    expect(new URL(page.url()).pathname).toBe(`/watch/${film.id}`);
    // The controls take the keys of the field: k is pause.
    await page.locator('media-play-button').focus();
    await page.keyboard.press('k');
    await page.waitForFunction(() => window.millracePlayer?.video.paused, null, TIMEOUT);
  });

  test('a title is renamed where its name stands, and deleted only when that is confirmed', async () => {
    const own = await addTitle('Draft');
    await page.goto(`${server.url}/watch/${own.id}`);
    await page.getByRole('button', { name: 'Copy stream address' }).waitFor(TIMEOUT);
    await page.waitForFunction(() => window.millracePlayer !== undefined, null, TIMEOUT);
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Final <b>cut</b>');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Final <b>cut</b>' }).waitFor();

    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect((await fetch(`${server.url}/api/titles/${own.id}`)).status).toBe(200);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.waitForURL(`${server.url}/`);
    await card('Water mill').waitFor();
    expect(await card('Final').count()).toBe(0);
  });

  test('the embedded player asks for no segment before it is played', async () => {
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(`${server.url}/embed/${film.id}`);
    await page.waitForFunction(() => window.millracePlayer !== undefined, null, TIMEOUT);
    await page.locator('media-play-button').waitFor();
    await page.waitForLoadState('networkidle').catch(() => undefined);
    expect(asked.filter((path) => path.endsWith('.m4s'))).toEqual([]);
    await page.locator('media-play-button').click();
    await played(0.1);
  });

  describe('a film that is prepared while it is watched', () => {
    const SECONDS = 160;
    let long: TitleView;
    let segments: TitleSegmentsView;

    beforeAll(async () => {
      const path = join(folder, 'long.mp4');
      const sources = [
        '-f',
        'lavfi',
        '-i',
        `testsrc2=size=854x480:rate=25:duration=${SECONDS}`,
        '-f',
        'lavfi',
        '-i',
        `sine=440:d=${SECONDS}`,
      ];
      await makeClip(...sources, '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', '-movflags', '+faststart', path);
      const { id } = (await (
        await fetch(`${server.url}/api/titles?name=Long.mp4`, { method: 'PUT', body: await readFile(path) })
      ).json()) as TitleView;
      // Answered when the title is planned.
      await (await fetch(`${server.url}/titles/${id}/multivariant.m3u8`)).text();
      long = (await (await fetch(`${server.url}/api/titles/${id}`)).json()) as TitleView;
      segments = await fetchSegments();
      await pauseBackground(true);
    });
    afterAll(async () => {
      await pauseBackground(false);
      await removeTitle('Long');
    });

    /** A quick machine would have the whole film before it is looked at. A server that cannot be told is none the worse. */
    const pauseBackground = (paused: boolean) =>
      fetch(`${server.url}/api/work/background`, {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ paused }),
      });

    const fetchSegments = async () => (await (await fetch(`${server.url}/api/titles/${long.id}/segments`)).json()) as TitleSegmentsView;
    const segmentAt = (seconds: number) => segments.boundaryTicks.findLastIndex((ticks) => ticks <= seconds * 90_000);
    const pictures = () => long.renditions.filter(({ kind }) => kind === 'video');

    test('a wait for a part that is not there yet is told over the picture, and over when it plays', async () => {
      const seconds = SECONDS / 2;
      const place = segmentAt(seconds);
      let release = (): void => undefined;
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      // Held on its way to the server, it takes as long to encode as it is wanted to.
      await page.route(`**/${place}.m4s`, async (route) => {
        await released;
        await route.continue();
      });
      await page.goto(`${server.url}/watch/${long.id}`);
      await played(0.1);
      await page.locator('.strip').waitFor();
      const isThere = (await fetchSegments()).renditions.some(({ kind, segments }) => kind === 'video' && hasSegment(segments, place));
      expect(isThere, 'the place is encoded already').toBe(false);
      await page.evaluate((place) => {
        window.millracePlayer!.video.currentTime = place;
      }, seconds);
      const notice = page.getByRole('status').getByText('Preparing this part…');
      await notice.waitFor(TIMEOUT);
      release();
      await played(seconds + 0.1);
      expect(await notice.count()).toBe(0);
    });

    test('a place chosen in the strip is played on the rung that is stored there, and the strip tells of it', async () => {
      const place = segmentAt(SECONDS * 0.9);
      const lowest = pictures().reduce((a, b) => (a.bitrateBps < b.bitrateBps ? a : b));
      await (await fetch(`${server.url}/titles/${long.id}/${lowest.id}/${place}.m4s`)).arrayBuffer();

      await page.goto(`${server.url}/watch/${long.id}`);
      await played(0.1);
      const row = page.getByRole('img', { name: new RegExp(`^${lowest.height}p: [1-9]\\d* % there$`) });
      await row.waitFor(TIMEOUT);
      const { renditions: before } = await fetchSegments();
      const asked = page.waitForRequest((request) => pictures().some(({ id }) => request.url().endsWith(`/${id}/${place}.m4s`)), TIMEOUT);
      const places = page.locator('.strip__over');
      const { width } = (await places.boundingBox())!;
      await places.click({ position: { x: width * 0.9, y: 2 } });
      const rendition = (await asked).url().split('/').at(-2);
      const storedThere = [...before, ...(await fetchSegments()).renditions].filter(({ segments }) => hasSegment(segments, place));
      expect(storedThere.map(({ id }) => id)).toContain(rendition);
      await played(SECONDS * 0.9 + 0.1);
    });
  });

  test('background work is paused and goes on at a button', async ({ skip }) => {
    const work = async () => (await fetch(`${server.url}/api/work`)).json() as Promise<WorkView>;
    skip((await fetch(`${server.url}/api/work`)).status === 404, 'this server does not tell of its work');
    await page.goto(server.url);
    await page.getByRole('button', { name: 'Pause background work' }).click();
    await page.getByText('Background work is paused').waitFor();
    expect((await work()).background).toMatchObject({ state: 'paused', isPaused: true } satisfies BackgroundView);
    // Another page knows it too.
    await page.goto(`${server.url}/`);
    await page.getByRole('button', { name: 'Resume background work' }).click();
    await page.getByRole('button', { name: 'Pause background work' }).waitFor();
    expect((await work()).background.isPaused).toBe(false);
  });

  test('of a server that does not tell of its work, the pages do not either', async () => {
    await page.route('**/api/work', (route) => route.fulfill({ status: 404, json: { code: 'not_found' } }));
    const told = page.waitForResponse('**/api/work');
    await page.goto(server.url);
    await told;
    await card('Water mill').waitFor();
    expect(await page.locator('.background').isVisible()).toBe(false);
  });

  test.each([360, 390, 768])('at %i px nothing scrolls sideways, and what can be tapped is 44 px', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    for (const path of ['/', `/watch/${film.id}`]) {
      await page.goto(server.url + path);
      await page
        .locator(path === '/' ? '.card' : '.facts table')
        .first()
        .waitFor(TIMEOUT);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
      const small = await page.locator('.bar a, .bar button, main button, main a').evaluateAll((targets) =>
        targets.flatMap((target) => {
          const { height, width } = target.getBoundingClientRect();
          return height > 0 && (height < 44 || width < 44) ? [`${target.textContent} is ${width} by ${height}`] : [];
        }),
      );
      expect(small).toEqual([]);
    }
  });

  test('a title that is not there, and one that is deleted while it is watched, are told so', async () => {
    await page.goto(`${server.url}/watch/nowhere`);
    await page.getByRole('heading', { name: 'This title is not here.' }).waitFor();

    const own = await addTitle('Short-lived');
    await page.goto(`${server.url}/watch/${own.id}`);
    await played(0.1);
    await removeTitle('Short-lived');
    await page.getByRole('heading', { name: 'This title is not here.' }).waitFor(TIMEOUT);
    expect(await page.evaluate(() => window.millracePlayer)).toBeUndefined();
  });
});

/** A page, and whatever went wrong on it: uncaught errors and what its security policy refused. */
async function openPage(context: BrowserContext): Promise<{ page: Page; problems: string[] }> {
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) problems.push(message.text());
  });
  return { page, problems };
}
