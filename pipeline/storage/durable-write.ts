import { randomBytes } from 'node:crypto';
import { link, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isProcessAlive } from '../process-alive.ts';

/**
 * Files that appear whole or not at all, and survive a power cut once the call has returned. The bytes are written under
 * a temporary name in the same folder (so on the same disk), synced, given their name in one step, and the folder is
 * synced. There is no shorter safe way: without the file's sync the name can outlive the bytes, without the folder's the name is lost.
 */

const TEMPORARY_PREFIX = '.tmp-';

/** Tells our temporary files from those of a dead process that had the same pid (in a container it is always 1). */
const runId = randomBytes(4).toString('hex');
let temporaryCount = 0;

/** `.tmp-<pid>-<run>-<n>`: hidden from people, and refused by every name pattern of the store. */
export function temporaryName(): string {
  return `${TEMPORARY_PREFIX}${process.pid}-${runId}-${temporaryCount++}`;
}

/** Whether the name is a temporary one whose maker is gone, so that nobody will finish it. */
export function isAbandoned(name: string): boolean {
  const made = /^\.tmp-(\d+)-([0-9a-f]+)-\d+$/.exec(name);
  if (made === null) return false;
  const pid = Number(made[1]);
  return pid === process.pid ? made[2] !== runId : !isProcessAlive(pid);
}

/** Puts the bytes there, in place of what was there before. The folder must exist. */
export async function writeReplacing(path: string, bytes: Uint8Array): Promise<void> {
  await withTemporary(path, bytes, (temporary) => rename(temporary, path));
  await syncFolder(dirname(path));
}

/** Puts the bytes there unless something is there already, which then stays. The folder must exist. */
export async function writeOnce(path: string, bytes: Uint8Array): Promise<'stored' | 'exists'> {
  if (await exists(path)) return 'exists';
  const outcome = await withTemporary(path, bytes, (temporary) => placeOnce(temporary, path));
  await syncFolder(dirname(path));
  return outcome;
}

/** Makes the folder's names durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** rename() replaces and Node has no RENAME_NOREPLACE; link() is the call that fails when the name is taken. */
export async function placeOnce(temporary: string, path: string, hardLink: typeof link = link): Promise<'stored' | 'exists'> {
  try {
    await hardLink(temporary, path);
    return 'stored';
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'EEXIST') return 'exists';
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) throw error;
  }
  // exFAT and some network mounts have no hard links. Between these two calls only the claim keeps others away.
  if (await exists(path)) return 'exists';
  await rename(temporary, path);
  return 'stored';
}

async function withTemporary<Result>(path: string, bytes: Uint8Array, place: (temporary: string) => Promise<Result>): Promise<Result> {
  const temporary = join(dirname(path), temporaryName());
  const file = await open(temporary, 'wx');
  try {
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    return await place(temporary);
  } finally {
    // Gone already where it was renamed.
    await rm(temporary, { force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
