import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseMediaPlaylist } from '../../pipeline/model/hls/parse-playlist.ts';
import { chromiumPath, launchChromium } from './chromium.ts';
import { makeNumberedClip } from './numbered-clip.ts';
import { canBePlayed, type Millrace, startMillrace } from './start-millrace.ts';
import { type ShownFrame, type Witnessed, witness } from './witness.ts';

/** Three minutes show more than anybody wants to wait for every time. */
const SECONDS = Number(process.env.WATCHED_SECONDS ?? 60);
const FRAME_RATE = 25;
/** A shorter wait is not seen. */
const STALL_MS = 250;
/** From the top of the ladder and back: far and near, up and down. */
const HEIGHTS = [720, 240, 540, 360];
const TURN_SECONDS = SECONDS / (HEIGHTS.length + 0.5);
/** Where each rung is asked for, in seconds of the title. */
const TURNS = HEIGHTS.map((height, index) => ({ height, atSeconds: Math.round((index + 0.5) * TURN_SECONDS) }));

describe.skipIf(chromiumPath === undefined)('a film of 720p, watched while they are encoded', () => {
  let folder: string;
  let millrace: Millrace;
  let browser: Browser;
  let page: Page;
  let seen: Witnessed;
  let seams: number[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-playback-'));
    const clip = join(folder, 'film.mp4');
    await makeNumberedClip(clip, { seconds: SECONDS, height: 720, frameRate: String(FRAME_RATE) });
    millrace = await startMillrace(join(folder, 'media'));
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    await page.addInitScript(witness);
    await rename(clip, join(millrace.mediaDir, 'inbox', 'film.mp4'));
    const title = await millrace.untilTitle(canBePlayed);
    await page.goto(`${millrace.url}/watch/${title.id}`);
    await page.waitForFunction(() => (window.millracePlayer?.hls?.levels.length ?? 0) > 0);
    await page.evaluate(playInTurns, TURNS);
    seen = await page.evaluate(() => window.witnessed);
    seams = await readSeams(new URL(title.renditions.find(({ kind }) => kind === 'video')!.playlistUrl, millrace.url));
  }, 280_000);

  afterAll(async () => {
    await browser?.close();
    await millrace?.stop();
    await rm(folder, { recursive: true });
  });

  test('it was watched from start to end, and mostly not there when it began', async () => {
    const end = await page.evaluate(() => {
      const { video } = window.millracePlayer!;
      return { seconds: video.currentTime, durationSeconds: video.duration, ranges: video.buffered.length };
    });
    const unencodedShare = 1 - seen.progressAtStart!;
    console.log(`Not encoded when the first frame was shown: ${(100 * unencodedShare).toFixed(1)} %`);
    expect(unencodedShare).toBeGreaterThan(0.5);
    expect(seen.ended).toBe(true);
    expect(end.ranges).toBe(1);
    expect(end.durationSeconds).toBeCloseTo(SECONDS, 1);
    expect(end.seconds).toBeCloseTo(SECONDS, 1);
  });

  test('every rung was on the screen when it was asked for', () => {
    const shownAt = (seconds: number) => seen.frames.findLast((frame) => frame.seconds <= seconds)?.height;
    const firsts = seen.frames.filter(({ height }, index) => height !== seen.frames[index - 1]?.height);
    console.log(`Rungs: ${firsts.map(({ height, seconds }) => `${height}p from ${seconds.toFixed(2)} s`).join(', ')}`);
    expect(TURNS.map(({ atSeconds }) => shownAt(atSeconds + TURN_SECONDS / 2))).toEqual(TURNS.map(({ height }) => height));
  });

  test('it never stood still', async () => {
    const stats = await page.evaluate(() => window.millracePlayer!.stats());
    const longest = Math.max(...pairs(seen.frames).map(([before, after]) => after.atMs - before.atMs));
    console.log(`Waits: ${JSON.stringify(seen.waits)}; the longest that one picture stood: ${Math.round(longest)} ms`);
    expect(seen.waits.filter(({ milliseconds }) => milliseconds > STALL_MS)).toEqual([]);
    expect(stats).toMatchObject({ stalls: 0, emergencyAborts: 0, fatalErrors: 0 });
  });

  test('no frame was dropped at a seam', async () => {
    const drops = pairs(seen.frames).flatMap(findDrop);
    const atSeams = drops.filter(coversSeam);
    console.log(
      `Dropped: ${seen.frames.at(-1)?.dropped} of ${SECONDS * FRAME_RATE} frames, ${drops.length} times, ` +
        `${atSeams.length} of them at one of ${seams.length} seams: ${JSON.stringify(drops)}`,
    );
    expect(atSeams.filter(({ fromHeight, toHeight }) => fromHeight !== toHeight)).toEqual([]);
    // What a seam loses it loses each time; what a busy machine loses, now here, now there.
    const again: Drop[] = [];
    for (const drop of atSeams) again.push(...pairs(await page.evaluate(replay, drop)).flatMap(findDrop));
    expect(again.filter(coversSeam)).toEqual([]);
  });

  /** The last frame before a seam, or the first after it, is among the lost ones. */
  function coversSeam({ fromSeconds, toSeconds }: Drop): boolean {
    return seams.some((seam) => fromSeconds < seam - 0.5 / FRAME_RATE && toSeconds > seam - 0.5 / FRAME_RATE);
  }
});

/** Between two frames that were shown. */
interface Drop {
  fromSeconds: number;
  toSeconds: number;
  fromHeight: number;
  toHeight: number;
  frames: number;
}

/** Whether frames are missing between two of which the page heard. */
function findDrop([before, after]: [ShownFrame, ShownFrame]): Drop[] {
  const frames = Math.round((after.seconds - before.seconds) * FRAME_RATE) - (after.presented - before.presented);
  if (frames <= 0) return [];
  return [{ fromSeconds: before.seconds, toSeconds: after.seconds, fromHeight: before.height, toHeight: after.height, frames }];
}

function pairs(frames: ShownFrame[]): [ShownFrame, ShownFrame][] {
  return frames.slice(1).map((frame, index) => [frames[index]!, frame]);
}

/** In the page: asks for one rung after the other as the play comes to their places; resolves at its end. */
function playInTurns(turns: typeof TURNS): Promise<void> {
  const { hls, video } = window.millracePlayer!;
  video.muted = true;
  const left = [...turns];
  video.addEventListener('timeupdate', () => {
    if (left[0] === undefined || video.currentTime < left[0].atSeconds) return;
    const { height } = left.shift()!;
    hls!.nextLevel = hls!.levels.findIndex((level) => level.height === height);
  });
  return new Promise((resolve, reject) => {
    video.addEventListener('ended', () => resolve(), { once: true });
    const failure = document.querySelector('.player__failure')!;
    new MutationObserver(() => reject(new Error(failure.textContent ?? ''))).observe(failure, { attributes: true });
  });
}

/** In the page: plays over a place once more, on the same rung. Answers what was shown. */
async function replay({ fromSeconds, toSeconds, fromHeight }: Drop): Promise<ShownFrame[]> {
  const { hls, video } = window.millracePlayer!;
  hls!.currentLevel = hls!.levels.findIndex((level) => level.height === fromHeight);
  video.currentTime = Math.max(0, fromSeconds - 3);
  const { frames } = window.witnessed;
  const known = frames.length;
  await video.play();
  while (!video.ended && video.currentTime < toSeconds + 0.5) await new Promise(requestAnimationFrame);
  video.pause();
  return frames.slice(known);
}

/** Where segments meet, in seconds of the title. */
async function readSeams(playlistUrl: URL): Promise<number[]> {
  const { segments } = parseMediaPlaylist(await (await fetch(playlistUrl)).text());
  let end = 0;
  return segments.slice(0, -1).map(({ durationSeconds }) => (end += durationSeconds));
}
