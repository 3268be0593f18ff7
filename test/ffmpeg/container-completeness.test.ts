import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { containerCompleteness } from '../../pipeline/ingest/container-completeness.ts';

/** What ffmpeg writes, by file name: arguments after the inputs. */
const FILES: Record<string, string[]> = {
  'moov-last.mp4': [],
  'moov-first.mp4': ['-movflags', '+faststart'],
  'quicktime.mov': [],
  'matroska.mkv': [],
  'web.webm': ['-c:v', 'libvpx', '-c:a', 'libopus'],
  'vorbis.ogg': ['-vn', '-c:a', 'libvorbis'],
  'pcm.wav': ['-vn'],
  'pictures.avi': ['-c:v', 'mpeg4', '-c:a', 'mp3'],
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-complete-'));
  for (const [name, args] of Object.entries(FILES)) {
    const inputs = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10:duration=1', '-f', 'lavfi', '-i', 'sine=duration=1'];
    execFileSync('ffmpeg', ['-v', 'error', ...inputs, ...args, join(folder, name)]);
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(Object.keys(FILES))('%s as ffmpeg writes it', (name) => {
  test('is complete', async () => {
    expect(await containerCompleteness(join(folder, name))).toBe('complete');
  });

  test('is never complete while a part of its end is missing, or reserved and empty', async () => {
    const whole = await readFile(join(folder, name));
    const path = join(folder, `copy-of-${name}`);
    for (let share = 0; share < 24; share += 1) {
      const arrived = Math.floor((whole.length * share) / 24);
      await writeFile(path, whole.subarray(0, arrived));
      expect(await containerCompleteness(path), `${arrived} of ${whole.length} bytes`).not.toBe('complete');
      if (whole.length - arrived < 4_096 + 2_048) continue;
      await writeFile(path, Buffer.concat([whole.subarray(0, arrived), Buffer.alloc(whole.length - arrived)]));
      expect(await containerCompleteness(path), `${arrived} of ${whole.length} bytes, the rest zeros`).not.toBe('complete');
    }
  });
});
