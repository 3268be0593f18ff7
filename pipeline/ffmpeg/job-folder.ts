import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isProcessAlive } from '../process-alive.ts';

/** `mr-<pid>-XXXXXX`: short, since a socket's path may have 108 bytes; with the process, so that its successor can tidy up. */
const NAME = /^mr-(\d+)-\w{6}$/;

/** A folder for one ffmpeg run's sockets or pictures. Whoever makes it removes it. */
export function makeJobFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), `mr-${process.pid}-`));
}

/** Removes what processes that were killed have left. Answers how many folders went. */
export async function sweepJobFolders(): Promise<number> {
  const abandoned = (await readdir(tmpdir())).filter((name) => {
    const pid = NAME.exec(name)?.[1];
    return pid !== undefined && !isProcessAlive(Number(pid));
  });
  await Promise.all(abandoned.map((name) => rm(join(tmpdir(), name), { recursive: true, force: true })));
  return abandoned.length;
}
