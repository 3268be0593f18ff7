/// <reference lib="dom" />
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, launchChromium } from './chromium.ts';
import { findProgram } from './find-program.ts';
import { makeNumberedClip } from './numbered-clip.ts';
import { canBePlayed, isComplete, type Millrace, startMillrace } from './start-millrace.ts';

const execute = promisify(execFile);
const SECONDS = 12;
const FRAME_RATE = 25;

let folder: string;
let clip: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-progressive-'));
  clip = join(folder, 'film.mp4');
  await makeNumberedClip(clip, { seconds: SECONDS, height: 360, frameRate: String(FRAME_RATE), videoArgs: ['-bf', '2'] });
});
afterAll(() => rm(folder, { recursive: true }));

/** Serves the clip from a home of its own; resolves when it is as wanted, with the address of its files. */
async function serve(name: string, env: NodeJS.ProcessEnv, isWanted: typeof canBePlayed): Promise<{ millrace: Millrace; base: string }> {
  const millrace = await startMillrace(join(folder, name), { COPY: 'never', ...env });
  await execute('cp', [clip, join(folder, `${name}.mp4`)]);
  await rename(join(folder, `${name}.mp4`), join(millrace.mediaDir, 'inbox', 'film.mp4'));
  const { id } = await millrace.untilTitle(isWanted);
  return { millrace, base: `${millrace.url}/titles/${id}` };
}

/** By curl: whole, and again in two halves, the second as a resumed download. */
async function download(url: string, name: string): Promise<{ path: string; bytes: Buffer }> {
  const path = join(folder, name);
  await execute('curl', ['-sf', '-o', path, url]);
  return { path, bytes: await readFile(path) };
}

async function resume(url: string, path: string, sizeBytes: number): Promise<Buffer> {
  await execute('curl', ['-sf', '-r', `0-${Math.floor(sizeBytes / 2)}`, '-o', path, url]);
  await execute('curl', ['-sf', '-C', '-', '-o', path, url]);
  return readFile(path);
}

/** Every packet decodes. How many frames there are, and where they end, in seconds. */
async function decode(path: string): Promise<{ frames: number; seconds: Record<string, number> }> {
  await execute('ffmpeg', ['-v', 'error', '-xerror', '-i', path, '-f', 'null', '-']);
  const entries = 'stream=codec_type,start_time,duration,nb_read_frames';
  const { stdout } = await execute('ffprobe', ['-v', 'error', '-count_frames', '-show_entries', entries, '-of', 'json', path]);
  const { streams } = JSON.parse(stdout) as {
    streams: { codec_type: string; duration: string; nb_read_frames: string; start_time: string }[];
  };
  const picture = streams.find(({ codec_type }) => codec_type === 'video');
  return {
    frames: Number(picture?.nb_read_frames ?? 0),
    seconds: Object.fromEntries(streams.map(({ codec_type, duration }) => [codec_type, Number(duration)])),
  };
}

/** Plays in a plain <video> or <audio>, seeks to places while it plays, and to the end. */
async function playPlain(page: Page, url: string, places: readonly number[]) {
  await page.goto(new URL('/healthz', url).href);
  return page.evaluate(
    async ([source, seconds]) => {
      const video = document.createElement(source.includes('/audio.') ? 'audio' : 'video');
      video.muted = true;
      const happens = (type: string) =>
        new Promise<void>((resolve, reject) => {
          video.addEventListener(type, () => resolve(), { once: true });
          video.addEventListener('error', () => reject(new Error(video.error?.message)), { once: true });
        });
      video.src = source;
      document.body.append(video);
      const playing = happens('playing');
      await video.play();
      await playing;
      const durationSeconds = video.duration;
      const reached: number[] = [];
      for (const place of seconds) {
        const seeked = happens('seeked');
        video.currentTime = place;
        await seeked;
        reached.push(video.currentTime);
        // It goes on from there.
        while (video.currentTime <= place && !video.ended) await happens('timeupdate');
      }
      if (!video.ended) await happens('ended');
      return { durationSeconds, reached, endSeconds: video.currentTime };
    },
    [url, places] as const,
  );
}

const mpv = findProgram('mpv');

/** Where mpv ended, having begun at a place. */
async function playInMpv(url: string, startSeconds: number): Promise<number> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: mpv fills it in.
  const status = ['--msg-level=all=warn,statusline=status', '--term-status-msg=at ${=time-pos}'];
  const quiet = ['--no-config', '--vo=null', '--ao=null', '--untimed', `--start=${startSeconds}`];
  const { stdout, stderr } = await execute('mpv', [...quiet, ...status, url]);
  return Number([...`${stdout}\n${stderr}`.matchAll(/at ([\d.]+)/g)].at(-1)?.[1]);
}

describe('a title that is all there', () => {
  let millrace: Millrace;
  let base: string;
  let browser: Browser | undefined;
  beforeAll(async () => {
    ({ millrace, base } = await serve('complete', {}, isComplete));
    browser = chromiumPath === undefined ? undefined : await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await millrace?.stop();
  });

  test('downloads twice as the same bytes, also in two halves, and decodes whole: each frame, sound as long as the picture', async () => {
    const { path, bytes } = await download(`${base}/video.mp4`, 'whole.mp4');
    expect((await resume(`${base}/video.mp4`, join(folder, 'halves.mp4'), bytes.length)).equals(bytes)).toBe(true);
    const { frames, seconds } = await decode(path);
    expect(frames).toBe(SECONDS * FRAME_RATE);
    expect(seconds.video).toBeCloseTo(SECONDS, 3);
    expect(Math.abs(seconds.audio! - SECONDS)).toBeLessThan(0.05);
    // Nothing was written beside the segments.
    expect((await stat(path)).size).toBe(bytes.length);
  });

  test('its sound downloads as the same bytes as well, and is as long', async () => {
    for (const name of ['audio.m4a', 'audio.mp3', 'audio.opus']) {
      const { path, bytes } = await download(`${base}/${name}`, name);
      expect((await resume(`${base}/${name}`, join(folder, `halves-${name}`), bytes.length)).equals(bytes), name).toBe(true);
      const { seconds } = await decode(path);
      expect(Math.abs(seconds.audio! - SECONDS), name).toBeLessThan(0.05);
    }
  });

  test('the original is what was dropped', async () => {
    const { bytes } = await download(`${base}/source`, 'source.mp4');
    expect(bytes.equals(await readFile(clip))).toBe(true);
  });

  test.skipIf(chromiumPath === undefined)('a plain <video> plays it, to any place and to the end', async () => {
    const page = await browser!.newPage();
    const { durationSeconds, reached, endSeconds } = await playPlain(page, `${base}/video.mp4`, [9, 3, 10]);
    expect(durationSeconds).toBeCloseTo(SECONDS, 1);
    for (const [index, place] of [9, 3, 10].entries()) expect(Math.abs(reached[index]! - place)).toBeLessThan(0.1);
    expect(endSeconds).toBeCloseTo(SECONDS, 1);
  });

  test.skipIf(chromiumPath === undefined)('a plain <audio> plays its sound in each coding, to any place and to the end', async () => {
    const page = await browser!.newPage();
    for (const name of ['audio.m4a', 'audio.mp3', 'audio.opus']) {
      const { durationSeconds, reached, endSeconds } = await playPlain(page, `${base}/${name}`, [3, 10]);
      expect(Math.abs(durationSeconds - SECONDS), name).toBeLessThan(0.1);
      for (const [index, place] of [3, 10].entries()) expect(Math.abs(reached[index]! - place), name).toBeLessThan(0.1);
      expect(Math.abs(endSeconds - SECONDS), name).toBeLessThan(0.1);
    }
  });

  test.skipIf(mpv === undefined)('mpv plays it from any place', async () => {
    expect(await playInMpv(`${base}/video.mp4`, 8)).toBeGreaterThan(SECONDS - 0.5);
    expect(await playInMpv(`${base}/audio.mp3`, 8)).toBeGreaterThan(SECONDS - 0.5);
  });
});

describe('a title of which nothing is made until it is asked for', () => {
  let millrace: Millrace;
  let base: string;
  beforeAll(async () => {
    ({ millrace, base } = await serve('asked', { BACKGROUND_CORES: '0' }, canBePlayed));
  });
  afterAll(() => millrace?.stop());

  test('arrives whole, as it is made, and decodes whole; when it is all there it is the other kind', async () => {
    const url = `${base}/video.mp4?rendition=v240`;
    expect((await fetch(url, { method: 'HEAD' })).headers.get('content-length')).toBeNull();
    const { path } = await download(url, 'streamed.mp4');
    const { frames, seconds } = await decode(path);
    expect(frames).toBe(SECONDS * FRAME_RATE);
    expect(Math.abs(seconds.audio! - seconds.video!)).toBeLessThan(0.05);
    const complete = await fetch(url, { headers: { Range: 'bytes=0-3' } });
    expect([complete.status, complete.headers.get('accept-ranges')]).toEqual([206, 'bytes']);
    await complete.arrayBuffer();
  });

  test.skipIf(chromiumPath === undefined)('a plain <video> plays it from the beginning to the end, and knows where that is', async () => {
    const browser = await launchChromium();
    try {
      const { durationSeconds, endSeconds } = await playPlain(await browser.newPage(), `${base}/video.mp4?rendition=v360`, []);
      expect(durationSeconds).toBeCloseTo(SECONDS, 1);
      expect(endSeconds).toBeCloseTo(SECONDS, 1);
    } finally {
      await browser.close();
    }
  });

  test('sound files are there at once, of exact length', async () => {
    const head = await fetch(`${base}/audio.opus`, { method: 'HEAD' });
    const { bytes } = await download(`${base}/audio.opus`, 'early.opus');
    expect(Number(head.headers.get('content-length'))).toBe(bytes.length);
  });
});
