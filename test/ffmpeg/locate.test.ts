import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { locateFfmpeg } from '../../pipeline/ffmpeg/locate.ts';
import { createLog } from '../../pipeline/log.ts';

const log = createLog('silent');
const execute = promisify(execFile);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-locate-'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function pathOf(command: string): Promise<string> {
  return (await execute('sh', ['-c', `command -v ${command}`])).stdout.trim();
}

async function writeScript(name: string, lines: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${lines}\n`);
  await chmod(path, 0o755);
  return path;
}

describe('locateFfmpeg', () => {
  test('finds this machine’s ffmpeg, with a fingerprint that does not change from call to call', async () => {
    const [first, second] = await Promise.all([locateFfmpeg({ log }), locateFfmpeg({ log })]);
    expect(first).toEqual(second);
    expect(first.encoderFingerprint).toMatch(/^libx264 core \d+.* ffmpeg \S+ pictures-\d+$/);
    await execute(first.ffprobePath, ['-version']);
  });

  test('the one that is set comes first, with the ffprobe beside it', async () => {
    const ffmpeg = await writeScript('ffmpeg', `exec ${await pathOf('ffmpeg')} "$@"`);
    const ffprobe = await writeScript('ffprobe', `exec ${await pathOf('ffprobe')} "$@"`);
    expect(await locateFfmpeg({ ffmpegPath: ffmpeg, log })).toMatchObject({ ffmpegPath: ffmpeg, ffprobePath: ffprobe, origin: 'setting' });
  });

  test('an ffprobe that is set comes before the one beside ffmpeg', async () => {
    const set = await writeScript('another-ffprobe', `exec ${await pathOf('ffprobe')} "$@"`);
    expect(await locateFfmpeg({ ffprobePath: set, log })).toMatchObject({ ffprobePath: set });
  });

  test.each([
    ['is not there', 'missing', undefined],
    ['is something else', 'other', 'echo hello'],
    ['fails', 'broken', 'echo "libx264.so: cannot open" >&2; exit 127'],
    ['has no libx264', 'poor', 'ffmpeg "$@" | grep -v libx264'],
  ])('one that %s is passed over, and a setting that is not followed is warned of', async (_why, name, script) => {
    const warn = vi.fn();
    const ffmpegPath = script === undefined ? join(folder, name) : await writeScript(name, script);
    const tools = await locateFfmpeg({ ffmpegPath, log: Object.assign(createLog('silent'), { warn }) });
    expect(tools.origin).not.toBe('setting');
    expect(warn.mock.calls[0]?.[0].refused[0]).toContain(ffmpegPath);
  });

  test('where there is none, says which were tried and what to type', async () => {
    vi.stubEnv('PATH', folder);
    const attempt = locateFfmpeg({ ffmpegPath: join(folder, 'nowhere'), log });
    await expect(attempt).rejects.toMatchObject({ code: 'ffmpeg_missing' });
    await expect(attempt).rejects.toThrow(/nowhere \(setting\): not found.* Type: .*install.* ffmpeg$/);
  });
});
