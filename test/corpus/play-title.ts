import type { Browser, Page } from 'playwright-core';
import type { TitleView } from '../../pipeline/model/title.ts';
import '../e2e/witness.ts';
import { findPictureFault, PICTURE_SIDE, type ReferenceFrame } from './compare-pictures.ts';
import { fetchTitles } from './until-title.ts';
import { type PlaceSeen, watchPlace } from './watch-place.ts';

export interface PlayedTitle {
  /** What is wrong with it, the first thing first. */
  faults: { code: string; note: string }[];
  notes: string[];
}

/** How much is watched at a place, at most. */
const WATCHED_SECONDS = 0.5;

/** Beginning, middle and end of a title, in seconds. */
export function choosePlaces(durationSeconds: number): number[] {
  return [0, durationSeconds / 2, Math.max(0, durationSeconds - Math.min(1, durationSeconds / 4))];
}

/** Plays a title in the real player at three places, and judges what is seen and heard there. */
export async function playTitle(
  browser: Browser,
  url: string,
  title: TitleView,
  reference: Promise<readonly ReferenceFrame[]>,
  signal: AbortSignal,
): Promise<PlayedTitle> {
  const context = await browser.newContext({ viewport: { width: 640, height: 360 } });
  try {
    const page = await context.newPage();
    return await callable(watchPlaces(page, url, title, reference), signal, () => describeHang(page));
  } finally {
    await context.close();
  }
}

async function watchPlaces(page: Page, url: string, title: TitleView, reference: Promise<readonly ReferenceFrame[]>): Promise<PlayedTitle> {
  await page.goto(`${url}/embed/${title.id}?autoplay=1`);
  await page.waitForFunction(() => (window.millracePlayer?.video.readyState ?? 0) >= 2, null, { timeout: 0 });
  const durationSeconds = await page.evaluate(() => window.millracePlayer!.video.duration);
  const seen: PlaceSeen[] = [];
  for (const [index, seconds] of choosePlaces(durationSeconds).entries()) {
    const playSeconds = Math.min(WATCHED_SECONDS, durationSeconds / 8);
    seen.push(await page.evaluate(watchPlace, { seconds, playSeconds, isLast: index === 2, pictureSide: PICTURE_SIDE }));
  }
  const stats = await page.evaluate(() => window.millracePlayer!.stats());
  const frames = await reference;
  const shown = { renditions: [...title.renditions, ...(await fetchRenditions(url, title.id))] };
  return {
    faults: [
      ...findDurationFault(durationSeconds, title),
      ...seen.flatMap((place, index) => judgePlace(place, ['beginning', 'middle', 'end'][index]!, shown, frames)),
      ...(stats.fatalErrors > 0 ? [{ code: 'fatal_error', note: `${stats.fatalErrors} fatal errors in the player` }] : []),
    ],
    notes: describeTitle(title, durationSeconds, seen, frames),
  };
}

/** As they are now: what cannot be copied after all is encoded, in a new revision with rungs of its own. */
async function fetchRenditions(url: string, titleId: string): Promise<TitleView['renditions']> {
  return (await fetchTitles(url)).find(({ id }) => id === titleId)?.renditions ?? [];
}

function findDurationFault(durationSeconds: number, title: TitleView): PlayedTitle['faults'] {
  if (Math.abs(durationSeconds - (title.durationSeconds ?? Number.NaN)) <= 0.1) return [];
  return [{ code: 'wrong_duration', note: `the player has ${durationSeconds} s, the title ${title.durationSeconds} s` }];
}

/** What is wrong at a place; `name` says which. */
export function judgePlace(
  place: PlaceSeen,
  name: string,
  title: Pick<TitleView, 'renditions'>,
  reference: readonly ReferenceFrame[],
): PlayedTitle['faults'] {
  const faults: PlayedTitle['faults'] = [];
  if (place.movedSeconds <= 0 && !place.hasEnded) faults.push({ code: 'stands_still', note: `the time stands still at the ${name}` });
  const sizes = title.renditions.filter(({ kind }) => kind === 'video').map(({ width, height }) => `${width}×${height}`);
  if (sizes.length > 0) {
    const { picture } = place;
    if (!picture || place.frames === 0) return [...faults, { code: 'no_picture', note: `no frame at the ${name}` }];
    const size = `${picture.width}×${picture.height}`;
    const fault = findPictureFault(picture, reference);
    if (!sizes.includes(size)) faults.push({ code: 'wrong_size', note: `${size} at the ${name} is none of ${sizes.join(', ')}` });
    if (fault !== undefined) faults.push({ code: 'wrong_picture', note: `${name}: ${fault}` });
  }
  if (title.renditions.some(({ kind }) => kind === 'audio') && place.soundBytes === 0) {
    faults.push({ code: 'no_sound', note: `no decoded sound at the ${name}` });
  }
  return faults;
}

function describeTitle(
  { renditions }: TitleView,
  durationSeconds: number,
  seen: readonly PlaceSeen[],
  reference: readonly ReferenceFrame[],
): string[] {
  const picture = seen[0]?.picture;
  const tracks = renditions.filter(({ kind }) => kind === 'audio').length;
  return [
    `${durationSeconds.toFixed(2)} s`,
    picture ? `${picture.width}×${picture.height}` : 'no picture',
    tracks === 0 ? 'silent' : tracks === 1 ? 'sound' : `${tracks} sounds`,
    ...(picture && reference.length === 0 ? ['not compared: the source is damaged'] : []),
  ];
}

/** What the page is at, when it was waited for in vain. */
async function describeHang(page: Page): Promise<string> {
  const state = page.evaluate(() => {
    const video = window.millracePlayer?.video;
    const panel = document.querySelector('.player__failure:not([hidden])')?.textContent;
    if (!video) return document.body.textContent.slice(0, 200);
    const ranges = Array.from({ length: video.buffered.length }, (_, index) =>
      [video.buffered.start(index), video.buffered.end(index)].map((seconds) => seconds.toFixed(2)).join('–'),
    );
    return `at ${video.currentTime.toFixed(2)} of ${video.duration}, readyState ${video.readyState}, buffered ${ranges.join(' ')}. ${panel ?? ''}`;
  });
  return Promise.race([state, new Promise<string>((resolve) => setTimeout(() => resolve('the page does not answer'), 5000))]);
}

/** Ends the waiting, not the work: a page is closed with its context. */
function callable<T>(work: Promise<T>, signal: AbortSignal, describe: () => Promise<string>): Promise<T> {
  work.catch(() => undefined);
  return new Promise((resolve, reject) => {
    const onAbort = () => describe().then((state) => reject(new Error(state, { cause: signal.reason })), reject);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject);
  });
}
