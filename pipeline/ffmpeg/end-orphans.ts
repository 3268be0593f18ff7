import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { basename } from 'node:path';

/** Or what was stopped before it had become ffmpeg. An upgrade while it ran leaves a process without its file. */
const EXECUTABLE = /^(ffmpeg|ffprobe|nice|taskset|unshare|prlimit|setpriv)( \(deleted\))?$/;

/**
 * Kills each ffmpeg and ffprobe of this user whose command line is an orphan's. A stopped one hears no other signal, and
 * would stay for ever. Answers how many; none where there is no /proc.
 */
export async function endOrphans(isOrphans: (commandLine: string) => boolean): Promise<number> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const ended = await Promise.all(pids.map((pid) => endOrphan(pid, isOrphans)));
  return ended.filter(Boolean).length;
}

async function endOrphan(pid: string, isOrphans: (commandLine: string) => boolean): Promise<boolean> {
  try {
    if (!isOrphans(await readFile(`/proc/${pid}/cmdline`, 'latin1'))) return false;
    if (!EXECUTABLE.test(basename(await readlink(`/proc/${pid}/exe`)))) return false;
    if ((await stat(`/proc/${pid}`)).uid !== process.getuid?.()) return false;
    return process.kill(Number(pid), 'SIGKILL');
  } catch {
    // Gone meanwhile, or somebody else's.
    return false;
  }
}
