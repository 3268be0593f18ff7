import { constants } from 'node:fs';
import { copyFile, lstat, open, rename, rm, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../errors.ts';
import { hasSameBytes } from './identity.ts';
import { isSameFile } from './settle.ts';

/** How the name of a copy begins that is not known to be whole yet. */
export const COPY_PREFIX = '.copying-';

/**
 * Moves a file so that at every moment one whole copy has one of the two names (I7): by rename, or between file systems
 * by a copy that is compared with the source before the source is removed. The folder of `to` must exist and `to` must not.
 */
export async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyFileVerified(from, to);
    await unlink(from);
  }
  await syncFolder(dirname(to));
}

/**
 * Copies a file (by reflink where the file system can), compares the copy byte for byte and only then gives it its name:
 * whatever has the name is whole. Throws `source_unreadable`, retryable, when the source changed meanwhile.
 */
export async function copyFileVerified(from: string, to: string): Promise<void> {
  const temporary = join(dirname(to), `${COPY_PREFIX}${basename(to)}`);
  try {
    const before = await stat(from);
    await copyFile(from, temporary, constants.COPYFILE_FICLONE);
    await syncFile(temporary);
    const isEqual = await hasSameBytes(from, temporary);
    const after = await stat(from);
    if (!isEqual || !isSameFile(asSeen(before), asSeen(after))) {
      throw new AppError('source_unreadable', 'The file changed while it was being copied. It is tried again.', { retryable: true });
    }
    await rename(temporary, to);
    await syncFolder(dirname(to));
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Whether something has this name, a dangling link included. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}

/** A rename is on the disk when its folder is. Some file systems cannot sync a folder: then it is not theirs to promise. */
async function syncFolder(path: string): Promise<void> {
  await syncFile(path).catch(() => undefined);
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function asSeen(stats: { size: number; mtimeMs: number; ino: number }) {
  return { sizeBytes: stats.size, mtimeMs: stats.mtimeMs, inode: stats.ino };
}
