import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isOrphansCommand, makeJobFolder, sweepJobFolders } from '../../../pipeline/ffmpeg/job-folder.ts';

async function endedPid(): Promise<number> {
  const gone = spawn('true');
  await once(gone, 'close');
  return gone.pid!;
}

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

test('a command is an orphan’s when it names a job folder of a process that is gone', async () => {
  const own = await makeJobFolder();
  await rm(own, { recursive: true });
  const line = (folder: string) => ['ffmpeg', '-i', 'film.mp4', `unix:${folder}/0`, ''].join('\0');
  expect(isOrphansCommand(line(own))).toBe(false);
  expect(isOrphansCommand(line(`/tmp/mr-${process.pid}-1a2b-abcdef`))).toBe(true);
  expect(isOrphansCommand(line(`/tmp/mr-${await endedPid()}-1a2b-abcdef`))).toBe(true);
  expect(isOrphansCommand(line('/films/mr-anything'))).toBe(false);
});
