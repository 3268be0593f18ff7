import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeJobFolder, sweepJobFolders } from '../../../pipeline/ffmpeg/job-folder.ts';

test('what a killed process left is swept, what a living one works in stays', async () => {
  const gone = spawn('true');
  await once(gone, 'close');
  const abandoned = join(tmpdir(), `mr-${gone.pid}-abcdef`);
  await mkdir(abandoned);
  const own = await makeJobFolder();
  try {
    expect(await sweepJobFolders()).toBeGreaterThanOrEqual(1);
    expect(existsSync(abandoned)).toBe(false);
    expect(existsSync(own)).toBe(true);
  } finally {
    await rm(own, { recursive: true });
  }
});
