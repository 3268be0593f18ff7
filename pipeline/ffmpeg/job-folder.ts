import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOwnerGone, ownOwnerName } from './owner.ts';

/** `mr-<owner>-XXXXXX`: short, since a socket's path may have 108 bytes; with the owner, so that its successor can tidy up. */
const NAME = /^mr-(\d+-[0-9a-z]+)-\w{6}$/;

/** A folder for one ffmpeg run's sockets or pictures. Whoever makes it removes it. */
export function makeJobFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), `mr-${ownOwnerName()}-`));
}

/** Removes the folders of processes that were killed; their encoders have ended (endOrphans). Answers how many. */
export async function sweepJobFolders(): Promise<number> {
  const abandoned = (await readdir(tmpdir())).filter((name) => isAbandoned(NAME.exec(name)));
  await Promise.all(abandoned.map((name) => rm(join(tmpdir(), name), { recursive: true, force: true })));
  return abandoned.length;
}

function isAbandoned(name: RegExpExecArray | null): boolean {
  return name !== null && isOwnerGone(name[1] ?? '');
}
