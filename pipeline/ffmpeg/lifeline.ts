import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** util-linux: the kernel sends the signal when the parent is gone; then it becomes the command, with the same pid. */
const SETPRIV = ['setpriv', '--pdeathsig', 'KILL'] as const;

/**
 * What goes before a command so that its process dies with ours, however ours dies, and although it may be stopped. Empty on a
 * machine that has no such thing: what is left over there, endOrphans ends at the next start.
 */
export async function findLifeline(): Promise<readonly string[]> {
  const [command, ...args] = SETPRIV;
  try {
    await promisify(execFile)(command, [...args, 'true']);
    return SETPRIV;
  } catch {
    // Not there (macOS), or one without the option (BusyBox).
    return [];
  }
}

/** Pure. */
export function onLifeline(
  lifeline: readonly string[] | undefined,
  path: string,
  args: readonly string[],
): { command: string; args: string[] } {
  const [command = path, ...rest] = [...(lifeline ?? []), path];
  return { command, args: [...rest, ...args] };
}
