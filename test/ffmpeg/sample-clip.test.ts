import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { locateFfmpeg } from '../../pipeline/ffmpeg/locate.ts';
import { makeSampleClip } from '../../pipeline/ffmpeg/sample-clip.ts';
import { createLog } from '../../pipeline/log.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-sample-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

test('the sample clip is a whole 720p film with sound, in its folder alone', async () => {
  const tools = await locateFfmpeg({ log: createLog('silent') });
  const outPath = join(folder, 'inbox', 'Sample clip.mp4');
  await makeSampleClip({ tools, outPath });
  expect(await readdir(join(folder, 'inbox'))).toEqual(['Sample clip.mp4']);
  const { stdout } = await promisify(execFile)(tools.ffprobePath, ['-v', 'error', '-of', 'json', '-show_streams', outPath]);
  expect(JSON.parse(stdout).streams).toMatchObject([
    { codec_name: 'h264', width: 1280, height: 720, nb_frames: '600' },
    { codec_name: 'aac', channels: 2, sample_rate: '48000' },
  ]);
});

test('a cancelled sample clip leaves nothing', async () => {
  const tools = await locateFfmpeg({ log: createLog('silent') });
  const cancelled = makeSampleClip({ tools, outPath: join(folder, 'sample.mp4'), signal: AbortSignal.abort() });
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  expect(await readdir(folder)).toEqual([]);
});
