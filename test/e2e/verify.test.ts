import { execFile } from 'node:child_process';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../../pipeline/log.ts';
import type { AuditReport } from '../../pipeline/model/hls/audit/audit-report.ts';
import { runVerify } from '../../pipeline/verify/verify.ts';
import { chromiumPath, launchChromium } from './chromium.ts';
import { makeNumberedClip } from './numbered-clip.ts';
import { type FolderServer, serveFolder } from './serve-folder.ts';
import { isComplete, type Millrace, startMillrace } from './start-millrace.ts';

const execute = promisify(execFile);
const MILLRACE = fileURLToPath(new URL('../../scripts/millrace.mjs', import.meta.url));
const HLS_JS = fileURLToPath(new URL('../../node_modules/hls.js/dist/', import.meta.url));
const SECONDS = 30;

let folder: string;
let outDir: string;
let millrace: Millrace;
let web: FolderServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-verify-'));
  const clip = join(folder, 'film.mp4');
  // As cameras and discs make them: B-frames that refer to each other, keyframes where they please.
  const videoArgs = ['-preset', 'veryfast', '-bf', '3', '-b_strategy', '0', '-g', '113'];
  await makeNumberedClip(clip, { seconds: SECONDS, height: 360, frameRate: '30000/1001', videoArgs });
  outDir = join(folder, 'out');
  await execute(process.execPath, [MILLRACE, 'convert', clip, outDir], { cwd: folder });
  web = await serveFolder(outDir, HLS_JS);
  millrace = await startMillrace(join(folder, 'media'));
  await rename(clip, join(millrace.mediaDir, 'inbox', 'film.mp4'));
});

afterAll(async () => {
  await millrace?.stop();
  await web?.close();
  await rm(folder, { recursive: true });
});

test('a finished title breaks no rule, as it is served', async () => {
  const { id } = await millrace.untilTitle(isComplete);
  expectConformant(await runVerify({ target: `${millrace.url}/titles/${id}`, log: createLog('silent') }));
});

test.each([
  ['as it lies there', () => outDir],
  ['as a web server serves it', () => `${web.url}/multivariant.m3u8`],
])('a converted folder breaks no rule, %s', async (_title, target) => {
  // The command answers 0 only to a clean report.
  const { stdout } = await execute(process.execPath, [MILLRACE, 'verify', '--json', target()], { cwd: folder });
  expectConformant(JSON.parse(stdout) as AuditReport);
});

test.skipIf(chromiumPath === undefined)('a converted folder plays from any web server, with hls.js as it comes', async () => {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`${web.url}/player.html`);
    await page.addScriptTag({ url: `${web.url}/hls.min.js` });
    const end = await page.evaluate(playEnd, SECONDS - 8);
    expect(end.errors).toEqual([]);
    expect(end.ranges).toBe(1);
    expect(end.seconds).toBeCloseTo(SECONDS, 1);
  } finally {
    await browser.close();
  }
});

function expectConformant(report: AuditReport): void {
  const { segments, durationSeconds, shouldViolations } = report.summary;
  console.log(`${report.target}: ${segments} segments of ${durationSeconds.toFixed(3)} s, ${shouldViolations} SHOULD not followed`);
  expect(report.violations.filter(({ severity }) => severity === 'must')).toEqual([]);
  expect(report.conforms).toBe(true);
  expect(durationSeconds).toBeCloseTo(SECONDS, 1);
}

/** In the page: plays from a place to the end. */
function playEnd(startSeconds: number): Promise<{ seconds: number; ranges: number; errors: string[] }> {
  const video = document.querySelector('video')!;
  const { Hls } = globalThis as unknown as { Hls: typeof import('hls.js').default };
  const hls = new Hls({ startPosition: startSeconds });
  const errors: string[] = [];
  hls.on(Hls.Events.ERROR, (_, { details }) => errors.push(details));
  hls.loadSource('multivariant.m3u8');
  hls.attachMedia(video);
  video.muted = true;
  void video.play();
  return new Promise((resolve) => {
    const finish = () => resolve({ seconds: video.currentTime, ranges: video.buffered.length, errors });
    video.addEventListener('ended', finish, { once: true });
    hls.on(Hls.Events.ERROR, (_, { fatal }) => fatal && finish());
  });
}
