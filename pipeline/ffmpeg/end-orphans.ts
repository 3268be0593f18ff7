import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { isOrphansEnvironment } from './owner.ts';

/** Or what was stopped before it had become ffmpeg. An upgrade while it ran leaves a process without its file. */
const EXECUTABLE = /^(ffmpeg|ffprobe|nice|taskset|unshare|prlimit|setpriv)( \(deleted\))?$/;

/**
 * Kills each ffmpeg and ffprobe whose owner is gone: encoders and readers that nothing tied to it, or that were stopped before
 * they were tied. A stopped one hears no other signal, and would stay for ever. Answers how many; none where there is no /proc.
 */
export async function endOrphans(): Promise<number> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const ended = await Promise.all(pids.map(endOrphan));
  return ended.filter(Boolean).length;
}

async function endOrphan(pid: string): Promise<boolean> {
  try {
    // Only its own user may read it.
    if (!isOrphansEnvironment(await readFile(`/proc/${pid}/environ`, 'latin1'))) return false;
    if (!EXECUTABLE.test(basename(await readlink(`/proc/${pid}/exe`)))) return false;
    return process.kill(Number(pid), 'SIGKILL');
  } catch {
    // Gone meanwhile, or somebody else's.
    return false;
  }
}
