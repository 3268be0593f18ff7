import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { TitleSegmentsView } from '../../../pipeline/model/work/work-view.ts';
import { launchChromium } from '../chromium.ts';
import { BLOCK_SHARE, makeNumberedClip, NUMBER_BITS, SWEEP } from '../numbered-clip.ts';
import { canBePlayed, type Millrace, startMillrace } from '../start-millrace.ts';
import { listen, readFrame } from '../witness.ts';

export interface SeeksOptions {
  /** Of its own. */
  folder: string;
  film: { seconds: number; height: number; frameRate: number; videoArgs?: string[] };
  /** In seconds of the title. */
  places: readonly number[];
}

export interface SeekSeen {
  placeSeconds: number;
  /** From the seek to the frame of the place on the screen. */
  waitedMs: number;
  /** Frames from the one that belongs on the screen to the one that is there. */
  framesOff: number;
  /** The same after it has played on and was paused. */
  framesOffLater: number;
  /** Sound behind the clock that the picture goes by, in frames; negative when it is ahead. */
  soundFramesOff: number;
}

export interface SeeksReport {
  first: SeekSeen[];
  second: SeekSeen[];
  /** Segments that were made for each of the two runs: `v720/17`. */
  madeFirst: string[];
  madeSecond: string[];
  fatalErrors: number;
  emergencyAborts: number;
  /** What became of the picture, by the title's report. */
  pictureCodes: string[];
}

const STRIP = { bits: NUMBER_BITS, blockShare: BLOCK_SHARE };

/**
 * Seeks in a title of which only the start is there, in a browser, and then to the same places again. Nothing is encoded but
 * what the player asks for: no background, no lead, and a player that loads no more than it needs to show the place.
 */
export async function runSeeks({ folder, film, places }: SeeksOptions): Promise<SeeksReport> {
  const clip = join(folder, 'film.mp4');
  await makeNumberedClip(clip, { ...film, frameRate: String(film.frameRate) });
  const millrace = await startMillrace(join(folder, 'media'), { BACKGROUND_CORES: '0', LEAD_SECONDS: '0' });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await rename(clip, join(millrace.mediaDir, 'inbox', 'film.mp4'));
    const title = await millrace.untilTitle(canBePlayed);
    await page.goto(`${millrace.url}/watch/${title.id}`);
    await page.waitForFunction(() => (window.millracePlayer?.video.readyState ?? 0) >= 2);
    await page.evaluate(() => {
      const { hls, video } = window.millracePlayer!;
      video.pause();
      Object.assign(hls!.config, { maxBufferLength: 1, maxMaxBufferLength: 1 });
    });
    const before = await readStored(millrace, title.id);
    const first = await seekAll(page, places, film.frameRate);
    const between = await readStored(millrace, title.id);
    const second = await seekAll(page, places, film.frameRate);
    const after = await readStored(millrace, title.id);
    const { fatalErrors, emergencyAborts } = await page.evaluate(() => window.millracePlayer!.stats());
    return {
      first,
      second,
      madeFirst: [...between].filter((name) => !before.has(name)),
      madeSecond: [...after].filter((name) => !between.has(name)),
      fatalErrors,
      emergencyAborts,
      pictureCodes: title.report.find(({ kind }) => kind === 'video')?.codes ?? [],
    };
  } finally {
    await browser.close();
    await millrace.stop();
  }
}

async function seekAll(page: Page, places: readonly number[], frameRate: number): Promise<SeekSeen[]> {
  const seen: SeekSeen[] = [];
  for (const placeSeconds of places) {
    const waitedMs = await page.evaluate(seekTo, placeSeconds);
    await page.evaluate(untilPainted);
    const atPlace = await page.evaluate(readFrame, STRIP);
    const { soundSeconds, clockSeconds } = await page.evaluate(listen, SWEEP);
    await page.evaluate(untilPainted);
    const later = await page.evaluate(readFrame, STRIP);
    seen.push({
      ...{ placeSeconds, waitedMs },
      framesOff: atPlace.number - Math.floor(placeSeconds * frameRate),
      framesOffLater: later.number - Math.floor(later.seconds * frameRate),
      soundFramesOff: (clockSeconds - soundSeconds) * frameRate,
    });
  }
  return seen;
}

/** In the page: resolves when the frame of the place is on the screen, with the milliseconds that took. */
async function seekTo(seconds: number): Promise<number> {
  const { video } = window.millracePlayer!;
  const startedAtMs = performance.now();
  video.currentTime = seconds;
  const settled = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }));
  // A frame of the old place may still be on its way to the screen.
  for (let shown = Number.NEGATIVE_INFINITY; Math.abs(shown - seconds) > 0.5; ) {
    shown = await new Promise<number>((resolve) => video.requestVideoFrameCallback((_, frame) => resolve(frame.mediaTime)));
  }
  const waitedMs = performance.now() - startedAtMs;
  await settled;
  return waitedMs;
}

/** In the page. Chromium may show the frame before for a moment, while it still decodes. */
async function untilPainted(): Promise<void> {
  for (let painted = 0; painted < 2; painted++) await new Promise(requestAnimationFrame);
}

/** `v720/17`, … */
async function readStored({ url }: Millrace, titleId: string): Promise<Set<string>> {
  const { renditions } = (await (await fetch(`${url}/api/titles/${titleId}/segments`)).json()) as TitleSegmentsView;
  const names = renditions.flatMap(({ id, segments }) =>
    segments.flatMap(([first, end]) => Array.from({ length: end - first }, (_, index) => `${id}/${first + index}`)),
  );
  return new Set(names);
}
