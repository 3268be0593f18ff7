import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of its own, in memory, that can be filled and made read-only. */
export interface SmallDisk {
  path: string;
  /** Mount options, e.g. `size=4m`, `ro`. Throws while a file is open for writing and it would become read-only. */
  remount(options: string): void;
  unmount(): void;
}

/** Mounting is for root, and not even for root in most containers: tests that need it are skipped there. */
export const canMount = tryMount();

/** Where `path` is not given, in a new folder. `size` as tmpfs takes it: `512k`, `4m`. */
export function mountSmallDisk(size: string, path = mkdtempSync(join(tmpdir(), 'millrace-disk-'))): SmallDisk {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], { stdio: 'pipe' });
  return {
    path,
    remount: (options) => void execFileSync('mount', ['-o', `remount,${options}`, path], { stdio: 'pipe' }),
    unmount() {
      // Lazily: a database that is being closed does not keep the folder.
      execFileSync('umount', ['-l', path], { stdio: 'pipe' });
      rmdirSync(path);
    },
  };
}

function tryMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    mountSmallDisk('64k').unmount();
    return true;
  } catch {
    return false;
  }
}
