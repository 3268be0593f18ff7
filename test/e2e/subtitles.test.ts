import { copyFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TitleView } from '../../pipeline/model/title.ts';
import { runVerify } from '../../pipeline/verify/verify.ts';
import { corpusFile, hasCorpus } from '../corpus.ts';
import { makeClip } from '../ffmpeg/make-clip.ts';
import { silentLog } from '../ffmpeg/title-home.ts';
import { chromiumPath, launchChromium } from './chromium.ts';
import { canBePlayed, type Millrace, startMillrace } from './start-millrace.ts';

const ENGLISH =
  '1\n00:00:00,500 --> 00:00:03,000\nOne\n\n2\n00:00:06,000 --> 00:00:11,000\nLong & <img src=x onerror="window.hacked=1">inert\n';
const KOREAN = '1\n00:00:00,500 --> 00:00:03,000\n하나\n\n2\n00:00:06,000 --> 00:00:11,000\n똠방각하\n';
const CHAPTERS =
  ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=5\ntitle=Beginning\n[CHAPTER]\nTIMEBASE=1/1\nSTART=5\nEND=12\ntitle=End\n';

describe.skipIf(chromiumPath === undefined)('subtitles in the page', () => {
  let folder: string;
  let millrace: Millrace;
  let browser: Browser;
  let page: Page;
  let title: TitleView;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-subtitles-'));
    const [clip, srt, chapters] = [join(folder, 'clip.mkv'), join(folder, 'en.srt'), join(folder, 'chapters.txt')];
    await Promise.all([writeFile(srt, ENGLISH), writeFile(chapters, CHAPTERS)]);
    const inputs = ['-f', 'lavfi', '-i', 'testsrc2=size=160x90:rate=10:duration=12', '-i', srt, '-i', chapters];
    const labels = ['-metadata:s:s:0', 'language=eng', '-map_chapters', '2'];
    await makeClip(...inputs, '-map', '0', '-map', '1', '-c:v', 'libx264', '-preset', 'ultrafast', '-c:s', 'copy', ...labels, clip);
    millrace = await startMillrace(join(folder, 'media'), { INBOX_QUIET_SECONDS: '1', LADDER: '240' });
    await rename(clip, join(millrace.mediaDir, 'inbox', 'film.mkv'));
    title = await millrace.untilTitle(canBePlayed);
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1000, height: 800 }, locale: 'en-GB' });
    await page.goto(`${millrace.url}/watch/${title.id}`);
  }, 280_000);

  afterAll(async () => {
    await browser?.close();
    await millrace?.stop();
    await rm(folder, { recursive: true });
  });

  const shownTexts = (): Promise<string[]> =>
    page.evaluate(() => {
      const tracks = [...window.millracePlayer!.video.textTracks].filter(({ kind, mode }) => kind === 'subtitles' && mode === 'showing');
      return tracks.flatMap(({ activeCues }) => [...(activeCues ?? [])].map((cue) => (cue as VTTCue).getCueAsHTML().textContent ?? ''));
    });
  const choose = async (name: string): Promise<void> => {
    await page.locator('media-chrome-menu-button[aria-label="Subtitles"]').click();
    await page.locator('media-chrome-menu-item', { hasText: name }).click();
  };
  const seekAndRead = async (seconds: number, text: string): Promise<void> => {
    await page.evaluate((to) => {
      const { video } = window.millracePlayer!;
      video.pause();
      video.currentTime = to;
    }, seconds);
    await expect.poll(shownTexts, { timeout: 60_000 }).toEqual([text]);
  };

  test('those of the film are offered by their language, and right after a seek', async () => {
    await page.locator('media-chrome-menu-button[aria-label="Subtitles"]').waitFor();
    await choose('English');
    await seekAndRead(8.5, 'Long & inert');
    await seekAndRead(1, 'One');
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
  });

  test('those that come later are offered without the page being loaded again', async () => {
    await writeFile(join(folder, 'film.ko.srt'), iconv.encode(KOREAN, 'cp949'));
    await rename(join(folder, 'film.ko.srt'), join(millrace.mediaDir, 'inbox', 'film.ko.srt'));
    await millrace.untilTitle(({ subtitles }) => subtitles.length === 2);
    await page.locator('media-chrome-menu-item', { hasText: 'Korean' }).waitFor({ state: 'attached' });
    await choose('Korean');
    await seekAndRead(10.5, '똠방각하');
  });

  test('those that are uploaded become part of the film they are named after', async () => {
    const answer = await fetch(`${millrace.url}/api/titles?name=film.de.srt`, { method: 'PUT', body: ENGLISH });
    const { id, subtitles } = (await answer.json()) as TitleView;
    expect([answer.status, id]).toEqual([200, title.id]);
    expect(subtitles.map(({ language }) => language).sort()).toEqual(['de', 'en', 'ko']);
  });

  test('every rule that is a MUST is kept with them', async () => {
    const { violations, checked } = await runVerify({ target: new URL(title.playlistUrl!, millrace.url).href, log: silentLog });
    expect(violations.filter(({ severity }) => severity === 'must')).toEqual([]);
    expect(checked.map(({ ruleId }) => ruleId)).toContain('A5.5');
  });

  test('chapters are on the timeline', async () => {
    const chapters = () =>
      page.evaluate(() => {
        const track = [...window.millracePlayer!.video.textTracks].find(({ kind }) => kind === 'chapters');
        return [...(track?.cues ?? [])].map((cue) => `${cue.startTime} ${(cue as VTTCue).text}`);
      });
    await expect.poll(chapters).toEqual(['0 Beginning', '5 End']);
  });

  test.skipIf(!hasCorpus)('captions inside the picture can be chosen', async () => {
    await copyFile(corpusFile('ts_cea608.ts'), join(folder, 'captions.ts'));
    await rename(join(folder, 'captions.ts'), join(millrace.mediaDir, 'inbox', 'captions.ts'));
    const captioned = await millrace.untilTitle((found) => found.name === 'captions' && canBePlayed(found));
    await page.goto(`${millrace.url}/watch/${captioned.id}`);
    await page.locator('media-chrome-menu-button[aria-label="Subtitles"]').waitFor({ timeout: 120_000 });
    await choose('CC1');
    const captions = () =>
      page.evaluate(() => {
        const track = [...window.millracePlayer!.video.textTracks].find(({ kind }) => kind === 'captions');
        return [track?.mode, ...[...(track?.cues ?? [])].map((cue) => (cue as VTTCue).text)].join(' ');
      });
    await expect.poll(captions, { timeout: 60_000 }).toMatch(/^showing .*These are 608 captions/s);
  });
});
