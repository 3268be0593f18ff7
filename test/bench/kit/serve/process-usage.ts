import { readFile } from 'node:fs/promises';

/** Of Linux, as `getconf CLK_TCK` says. */
const TICKS_PER_SECOND = 100;

/** Processor time of all threads of a process so far. */
export async function readCpuSeconds(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** What a process has in memory now, and had at most. */
export async function readMemoryBytes(pid: number): Promise<{ nowBytes: number; mostBytes: number }> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  const read = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024;
  return { nowBytes: read('VmRSS'), mostBytes: read('VmHWM') };
}
