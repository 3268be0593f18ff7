import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How long the last processes may take to end. */
const PATIENCE_MS = 20_000;

/** The command lines of what a process has started and that still runs, after it was given time to end. */
export async function findRemainingChildren(pid: number): Promise<string[]> {
  for (const deadline = performance.now() + PATIENCE_MS; ; ) {
    const commands = await listChildren(pid);
    if (commands.length === 0 || performance.now() > deadline) return commands;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function listChildren(parent: number): Promise<string[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(
    pids.map(async (pid) => {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      if (Number(/^PPid:\t(\d+)/m.exec(status)?.[1]) !== parent) return [];
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return [command.replaceAll('\0', ' ').slice(0, 200)];
    }),
  );
  return commands.flat();
}

/** What lies in folders that should be empty by now. */
export async function findRemainingFiles(folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(folders.map(async (folder) => (await readdir(folder).catch(() => [])).map((name) => join(folder, name))));
  return found.flat();
}
