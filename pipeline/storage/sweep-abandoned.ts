import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toAppError } from '../errors.ts';
import { isAbandoned } from './durable-write.ts';
import { isRenditionId, isTitleId } from './stored-names.ts';

/**
 * Removes what processes that are gone have left half-written under streams/, and half-removed titles. Run once at
 * start. Files of living processes stay, so several may share the folder on one machine. Answers how many were removed.
 */
export async function sweepAbandoned(root: string): Promise<number> {
  let removed = 0;
  const sweep = async (folder: string): Promise<string[]> => {
    const names = await namesIn(folder);
    for (const name of names.filter(isAbandoned)) {
      if (await remove(join(folder, name))) removed += 1;
    }
    return names;
  };
  for (const titleId of (await sweep(root)).filter(isTitleId)) {
    for (const renditionId of (await sweep(join(root, titleId))).filter(isRenditionId)) {
      await sweep(join(root, titleId, renditionId));
    }
  }
  return removed;
}

/** A disk that cannot be written now keeps nobody from serving what is on it: the next start sweeps. */
async function remove(path: string): Promise<boolean> {
  try {
    await rm(path, { recursive: true, force: true });
    return true;
  } catch (error) {
    if (toAppError(error).retryable) return false;
    throw error;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    // A file where a folder could be, or one that went away meanwhile, holds nothing to sweep.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
