/**
 * `npm run bench first-play [rounds] [seconds …]`: a finished file is moved into the drop folder of a running server; how
 * long until Chromium shows its first frame. The page is opened the moment the title can be played, as by somebody who has
 * the library open. Each round has a fresh media home and a fresh browser profile.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, mkdtemp, rename, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import type { TitleView } from '../../pipeline/model/title.ts';
import { launchChromium } from '../e2e/chromium.ts';
import { makeSourceClip } from './kit/source-clip.ts';
import { renderSpread, renderTable } from './kit/statistics.ts';

interface Round {
  /** Moved into the folder → the title can be played. */
  playableSeconds: number;
  /** Moved into the folder → the first frame is on the screen. */
  firstFrameSeconds: number;
}

/** In the page: resolves with the first decoded frame. */
const FIRST_FRAME = `(async () => {
  while (!window.millracePlayer?.video) await new Promise((resolve) => requestAnimationFrame(resolve));
  const { video } = window.millracePlayer;
  video.muted = true;
  const shown = new Promise((resolve) => video.requestVideoFrameCallback(() => resolve()));
  if (video.paused) video.play();
  await shown;
})()`;

const [rounds = 5, ...lengths] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), 'mr-bench-'));
try {
  const sources = (lengths.length > 0 ? lengths : [10, 600]).map((seconds) => ({
    ...{ seconds, path: join(folder, `source-${seconds}.mp4`) },
    results: [] as Round[],
  }));
  for (const { path, seconds } of sources) await makeSourceClip(path, seconds);
  // In turn: what else the machine does meets all alike.
  for (let round = 0; round < rounds; round++) {
    for (const { path, results } of sources) results.push(await measure(path));
  }
  const rows = sources.map(({ seconds, results }) => [
    `${seconds} s of 1080p30`,
    renderSpread(results.map((result) => result.playableSeconds)),
    renderSpread(results.map((result) => result.firstFrameSeconds)),
  ]);
  rows.unshift(['source', 'moved in → playable, s', 'moved in → first frame, s']);
  process.stdout.write(`\n${rounds} rounds each; median (range).\n\n${renderTable(rows)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(source: string): Promise<Round> {
  const home = await mkdtemp(join(folder, 'home-'));
  const server = await startMillrace(home);
  const browser = await launchChromium();
  try {
    return await firstPlay(source, home, server.url, browser);
  } finally {
    await browser.close();
    await server.close();
    await rm(home, { recursive: true, force: true });
  }
}

async function firstPlay(source: string, home: string, url: string, browser: Browser): Promise<Round> {
  const page = await browser.newPage();
  await page.goto(url);
  const ready = join(home, 'ready.mp4');
  await link(source, ready);
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(ready, longAgo, longAgo);

  const movedAt = performance.now();
  await rename(ready, join(home, 'inbox', 'film.mp4'));
  const title = await untilPlayable(url);
  const playableAt = performance.now();
  await page.goto(`${url}/watch/${title.id}`);
  await page.evaluate(FIRST_FRAME);
  return { playableSeconds: (playableAt - movedAt) / 1000, firstFrameSeconds: (performance.now() - movedAt) / 1000 };
}

async function untilPlayable(url: string): Promise<TitleView> {
  for (;;) {
    const { titles } = (await (await fetch(`${url}/api/titles`)).json()) as { titles: TitleView[] };
    const [title] = titles;
    if (title?.state === 'failed') throw new Error(title.error?.message);
    if (title && title.state !== 'waiting' && title.state !== 'probing') return title;
    await delay(20);
  }
}

async function startMillrace(home: string): Promise<{ url: string; close(): Promise<void> }> {
  const child = spawn(process.execPath, ['dist/server/main.js'], {
    env: { ...process.env, MEDIA_DIR: home, PORT: '0', SAMPLE: '0', LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /https?:\S+/.exec(line)?.[0];
    if (!url) continue;
    return {
      url,
      async close() {
        const closed = once(child, 'close');
        child.kill('SIGTERM');
        await closed;
      },
    };
  }
  throw new Error('The server ended before it served');
}
