import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import type { Log } from '../log.ts';
import { containerCompleteness } from './container-completeness.ts';
import { findOpenWriters } from './open-writers.ts';
import { type Completeness, type FileObservation, type FileState, isSameFile, type SettleMemory, type SettleSettings } from './settle.ts';

/** A file that is looked at again and again. */
export interface Observed {
  /** Absolute. */
  path: string;
  memory: SettleMemory | undefined;
  /** What its container said when the file was in that state: read once for each. */
  container?: { of: FileState; answer: Completeness };
}

/** Size, time and inode now; undefined where there is no regular file. */
export async function readState(path: string): Promise<FileState | undefined> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isFile() ? asState(stats) : undefined;
}

export function createObserver(options: { usePolling: boolean; settleSettings: SettleSettings; log: Log }) {
  const { usePolling, settleSettings, log } = options;

  /**
   * One look at each file. The costly questions (who writes, is the container complete) are asked only of files that
   * have stood still, because only there the answers matter; and the one about writers once for all of them.
   */
  async function observe<F extends Observed>(files: F[], atMs: number): Promise<{ file: F; seen: FileObservation | 'gone' }[]> {
    const looks = await Promise.all(files.map(async (file) => ({ file, stats: await lstat(file.path).catch(() => undefined) })));
    const still = looks.flatMap(({ file, stats }) =>
      stats?.isFile() && hasStoodStill(file, stats, atMs) ? [{ path: file.path, stats }] : [],
    );
    const refs = still.map(({ path, stats }) => ({ path, device: stats.dev, inode: stats.ino }));
    // On a network mount the writer is a process of another machine, and in no /proc here.
    const writers = usePolling || refs.length === 0 ? undefined : await findOpenWriters(refs);
    const observations: { file: F; seen: FileObservation | 'gone' }[] = [];
    for (const { file, stats } of looks) {
      if (stats?.isSymbolicLink()) log.warn({ path: file.path }, 'a symbolic link in the inbox is left alone: drop the file itself');
      if (!stats?.isFile()) {
        observations.push({ file, seen: 'gone' });
        continue;
      }
      const seen: FileObservation = {
        ...asState(stats),
        atMs,
        // Some network file systems say 0 of every file.
        ...(stats.blocks > 0 && { allocatedBytes: stats.blocks * 512 }),
        openForWriting: writers?.get(file.path) ?? 'unknown',
        container: hasStoodStill(file, stats, atMs) ? await readContainer(file, asState(stats)) : 'unknown',
      };
      observations.push({ file, seen });
    }
    return observations;
  }

  function hasStoodStill(file: Observed, stats: Stats, atMs: number): boolean {
    return atMs - stats.mtimeMs >= settleSettings.stillMs || (file.memory !== undefined && isSameFile(file.memory, asState(stats)));
  }

  return { observe };
}

async function readContainer(file: Observed, state: FileState): Promise<Completeness> {
  if (file.container && isSameFile(file.container.of, state)) return file.container.answer;
  // A file that cannot be read must not wait for ever: accepting it will say why.
  const answer = await containerCompleteness(file.path).catch(() => 'unknown' as const);
  file.container = { of: state, answer };
  return answer;
}

function asState(stats: Stats): FileState {
  return { sizeBytes: stats.size, mtimeMs: stats.mtimeMs, inode: stats.ino };
}
