import { execFile } from 'node:child_process';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findProgram } from './find-program.ts';
import { makeNumberedClip } from './numbered-clip.ts';
import { canBePlayed, type Millrace, startMillrace } from './start-millrace.ts';

const execute = promisify(execFile);
const SECONDS = 10;
const FRAME_RATE = 25;

let folder: string;
let millrace: Millrace;
let playlistUrl: string;

// The first of the players comes while the title is being encoded.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-native-'));
  const clip = join(folder, 'film.mp4');
  await makeNumberedClip(clip, { seconds: SECONDS, height: 360, frameRate: String(FRAME_RATE) });
  millrace = await startMillrace(join(folder, 'media'));
  await rename(clip, join(millrace.mediaDir, 'inbox', 'film.mp4'));
  playlistUrl = new URL((await millrace.untilTitle(canBePlayed)).playlistUrl!, millrace.url).href;
});

afterAll(async () => {
  await millrace?.stop();
  await rm(folder, { recursive: true });
});

test.skipIf(findProgram('mpv') === undefined)('mpv plays it to the end without a complaint', async () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: mpv fills it in.
  const status = ['--msg-level=all=warn,statusline=status', '--term-status-msg=at ${=time-pos} not decoded ${decoder-frame-drop-count}'];
  const { stdout, stderr } = await execute('mpv', ['--no-config', '--vo=null', '--ao=null', ...status, playlistUrl]);
  const said = `${stdout}\n${stderr}`.split(/[\r\n]+/).map(withoutControls);
  // What it says of a machine that is too busy to feed a sound card is none of the film's.
  const isOfFilm = (line: string) => line !== '' && !line.startsWith('at ') && line !== 'Audio device underrun detected.';
  expect(said.filter(isOfFilm)).toEqual([]);
  const [, endSeconds, notDecoded] = /^at ([\d.]+) not decoded (\d+)$/.exec(said.findLast((line) => line !== '') ?? '') ?? [];
  expect(Number(endSeconds)).toBeGreaterThan(SECONDS - 0.5);
  expect(notDecoded).toBe('0');
});

test.skipIf(findProgram('gst-launch-1.0') === undefined)('GStreamer plays every frame once, at its own time', async () => {
  // Tells the time of each frame that arrives.
  const sinks = ['video-sink=checksumsink sync=false', 'audio-sink=fakesink sync=false'];
  const { stdout, stderr } = await execute('gst-launch-1.0', ['--quiet', 'playbin3', `uri=${playlistUrl}`, ...sinks]);
  expect(stderr).toBe('');
  const times = [...stdout.matchAll(/^0:00:(\d\d\.\d{9}) \w+$/gm)].map(([, seconds]) => Number(seconds));
  expect(times).toEqual(Array.from({ length: SECONDS * FRAME_RATE }, (_, frame) => Number((frame / FRAME_RATE).toFixed(9))));
});

function withoutControls(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are told what to do by them.
  return line.replace(/\u001b\[[\d;]*[A-Za-z]/g, '').trim();
}
