import { readdir, readFile } from 'node:fs/promises';

/** A living ffmpeg or ffprobe that a server with a temporary folder of its own has started, whoever its parent is by now. */
export interface Encoder {
  pid: number;
  commandLine: string;
  /** Outputs that are renditions: of each, one segment is in flight. */
  renditions: number;
}

const PROGRAM = /(^|\0|\/)(ffmpeg|ffprobe)\0/;

/** By the variable that children inherit with the environment; the dead, who are only waited for, have none. */
export async function listEncoders(temporaryDir: string): Promise<Encoder[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'latin1').catch(() => '');
      const commandLine = await read('cmdline');
      if (!PROGRAM.test(commandLine) || !(await read('environ')).split('\0').includes(`TMPDIR=${temporaryDir}`)) return [];
      const sockets = commandLine.split('\0').filter((argument) => argument.startsWith('unix:')).length;
      return [{ pid: Number(pid), commandLine: commandLine.replaceAll('\0', ' '), renditions: Math.max(0, sockets - 1) }];
    }),
  );
  return found.flat();
}
