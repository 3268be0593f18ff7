import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeClip } from '../ffmpeg/make-clip.ts';
import { chromiumPath, launchChromium } from './chromium.ts';
import { canBePlayed, type Millrace, startMillrace } from './start-millrace.ts';

const SECONDS = 5;

describe.skipIf(chromiumPath === undefined)('sound in a browser', () => {
  let folder: string;
  let millrace: Millrace;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-e2e-sound-'));
    millrace = await startMillrace(join(folder, 'media'));
    browser = await launchChromium();
    page = await browser.newPage();
  }, 280_000);

  afterAll(async () => {
    await browser?.close();
    await millrace?.stop();
    await rm(folder, { recursive: true });
  });

  async function watch(name: string, ...args: string[]): Promise<string> {
    const clip = join(folder, name);
    await makeClip(...args, clip);
    await rename(clip, join(millrace.mediaDir, 'inbox', name));
    const title = await millrace.untilTitle((candidate) => canBePlayed(candidate) && candidate.name === name.replace(/\.\w+$/, ''));
    await page.goto(`${millrace.url}/watch/${title.id}`);
    await page.waitForFunction(() => (window.millracePlayer?.hls?.levels.length ?? 0) > 0);
    return title.id;
  }

  /** Muted, as no page may make a noise that nobody asked for; resolves at the end. */
  function playToTheEnd(): Promise<{ seconds: number; fatalErrors: number }> {
    return page.evaluate(async () => {
      const { video } = window.millracePlayer!;
      video.muted = true;
      if (!video.ended) {
        const ended = new Promise((resolve) => video.addEventListener('ended', resolve, { once: true }));
        await video.play();
        await ended;
      }
      return { seconds: video.currentTime, fatalErrors: window.millracePlayer!.stats().fatalErrors };
    });
  }

  test('a film with 5.1 and a track for the blind plays in stereo, each rung once, and its other track can be chosen', async () => {
    const tones = [330, 440, 550, 60, 770, 880].map((tone) => `0.2*sin(2*PI*${tone}*t)`).join('|');
    await watch(
      'film.mkv',
      ...['-f', 'lavfi', '-i', `testsrc2=s=640x360:r=25:d=${SECONDS}`],
      ...['-f', 'lavfi', '-i', `aevalsrc='${tones}':c=5.1(side):s=48000:d=${SECONDS}`, '-f', 'lavfi', '-i', `sine=300:d=${SECONDS}`],
      ...['-map', '0', '-map', '1', '-map', '2', '-metadata:s:a:0', 'language=eng', '-metadata:s:a:1', 'language=kor'],
      ...['-disposition:a:1', 'visual_impaired', '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '50', '-c:a', 'ac3'],
    );
    const offered = await page.evaluate(() => {
      const { levels, audioTracks } = window.millracePlayer!.hls!;
      return { uris: levels.map(({ uri }) => uri), tracks: audioTracks.map(({ name, channels }) => [name, channels]) };
    });
    expect(new Set(offered.uris).size).toBe(offered.uris.length);
    expect(offered.tracks).toEqual([
      ['English', '2'],
      ['Korean (audio description)', '2'],
    ]);
    await page.evaluate(() => {
      window.millracePlayer!.hls!.audioTrack = 1;
    });
    const { seconds, fatalErrors } = await playToTheEnd();
    expect(seconds).toBeCloseTo(SECONDS, 0);
    expect(fatalErrors).toBe(0);
  });

  test('a song with a cover and 5.1 plays in stereo, and its waveform comes', async () => {
    const tones = [330, 440, 550, 60, 770, 880].map((tone) => `0.2*sin(2*PI*${tone}*t)`).join('|');
    const id = await watch(
      'song.flac',
      ...['-f', 'lavfi', '-i', `aevalsrc='${tones}':c=5.1:s=48000:d=${SECONDS}`, '-f', 'lavfi', '-i', 'color=blue:s=300x300:d=1'],
      ...['-map', '0', '-map', '1', '-frames:v', '1', '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-disposition:v', 'attached_pic'],
    );
    const uris = await page.evaluate(() => window.millracePlayer!.hls!.levels.map(({ uri }) => uri));
    expect(uris).toHaveLength(1);
    expect(uris[0]).toContain('/a1/');
    const { seconds, fatalErrors } = await playToTheEnd();
    expect(seconds).toBeCloseTo(SECONDS, 0);
    expect(fatalErrors).toBe(0);
    const title = await millrace.untilTitle(
      (candidate) => candidate.id === id && candidate.waveformUrl !== null && candidate.posterUrl !== null,
    );
    const waveform = (await (await fetch(new URL(title.waveformUrl!, millrace.url))).json()) as { peaks: number[] };
    expect(Math.max(...waveform.peaks)).toBeGreaterThan(30);
    await page.waitForFunction(() => window.millracePlayer!.video.poster.endsWith('/poster.jpg'));
    await page.locator('.waveform path').first().waitFor();
    await page.locator('.waveform').click({ position: { x: 5, y: 5 } });
    await page.waitForFunction(() => window.millracePlayer!.video.currentTime < 1);
  });
});
