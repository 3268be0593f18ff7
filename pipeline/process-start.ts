import { readFileSync } from 'node:fs';

/**
 * When a process was started, as an opaque word: with its pid it names one process, also when the pid is used again.
 * Undefined where there is no such process, or no /proc (macOS).
 */
export function processStart(pid: number): string | undefined {
  try {
    // proc(5): field 22, in clock ticks since the machine started. The second field is a name that may hold anything.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? undefined : Number(ticks).toString(36);
  } catch {
    // Gone, or never there.
    return undefined;
  }
}
