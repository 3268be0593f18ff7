import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeJobFolder, sweepJobFolders } from '../../../pipeline/ffmpeg/job-folder.ts';
import { endedPid } from './ended-pid.ts';

test('what a killed process left is swept, also when its pid is used again; what a living one works in stays', async () => {
  const abandoned = [`mr-${await endedPid()}-1a2b-abcdef`, `mr-${process.pid}-1a2b-abcdef`].map((name) => join(tmpdir(), name));
  for (const folder of abandoned) await mkdir(folder);
  const own = await makeJobFolder();
  try {
    expect(await sweepJobFolders()).toBeGreaterThanOrEqual(2);
    expect(abandoned.filter((folder) => existsSync(folder))).toEqual([]);
    expect(existsSync(own)).toBe(true);
  } finally {
    await rm(own, { recursive: true });
  }
});
