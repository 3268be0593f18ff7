import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isProcessAlive } from '../process-alive.ts';
import { processStart } from '../process-start.ts';
import { endOrphans } from './end-orphans.ts';

/**
 * `mr-<pid>-<start>-XXXXXX`: short, since a socket's path may have 108 bytes; with the process, so that its successor can tidy
 * up, and with its start, since pids are used again (in a container it is always the same one).
 */
const NAME = /mr-(\d+)-([0-9a-z]+)-\w{6}/;
const WHOLE_NAME = new RegExp(`^${NAME.source}$`);

/** A folder for one ffmpeg run's sockets or pictures. Whoever makes it removes it. */
export function makeJobFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), `mr-${process.pid}-${processStart(process.pid) ?? '0'}-`));
}

/** Ends and removes what processes that were killed have left: encoders, then folders. Answers how many folders went. */
export async function sweepJobFolders(): Promise<number> {
  await endOrphans(isOrphansCommand);
  const abandoned = (await readdir(tmpdir())).filter((name) => isAbandoned(WHOLE_NAME.exec(name)));
  await Promise.all(abandoned.map((name) => rm(join(tmpdir(), name), { recursive: true, force: true })));
  return abandoned.length;
}

/** Whether a command line names a job folder whose maker is gone. */
export function isOrphansCommand(commandLine: string): boolean {
  return isAbandoned(new RegExp(`/${NAME.source}/`).exec(commandLine));
}

function isAbandoned(name: RegExpExecArray | null): boolean {
  if (name === null) return false;
  const [pid, start] = [Number(name[1]), name[2]];
  return !isProcessAlive(pid) || (start !== '0' && processStart(pid) !== start);
}
