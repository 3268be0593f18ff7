import { execFile } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { Log } from '../log.ts';

/**
 * What goes before a command that reads a stranger's file, so that whatever the file makes of it, it has no network (its outputs
 * are unix sockets, which need none), no more memory than is good for the machine, and no endless time. Each part is tried
 * once; one that this machine does not have is left out, with one warning.
 */
export async function findConfinement(log: Log): Promise<readonly string[]> {
  const offers = [
    // The second one is what an ordinary user may do, where the system allows it.
    { what: 'a network namespace of its own', commands: [NO_NETWORK, ['unshare', '--user', ...NO_NETWORK.slice(1)]] },
    { what: 'limits of memory, time and file size', commands: [limitCommand(planLimits(machine()))] },
  ];
  const found = await Promise.all(offers.map(async ({ what, commands }) => ({ what, command: await findWorking(commands) })));
  const missing = found.filter(({ command }) => command === undefined).map(({ what }) => what);
  if (missing.length > 0) log.warn({ missing }, 'ffmpeg runs with less confinement than it could have: this machine does not offer it all');
  return found.flatMap(({ command }) => command ?? []);
}

/** util-linux: makes the namespace, then becomes the command. Costs about 1.5 ms. */
const NO_NETWORK = ['unshare', '--net'] as const;

async function findWorking(commands: readonly (readonly string[])[]): Promise<readonly string[] | undefined> {
  for (const command of commands) {
    const [program = '', ...args] = command;
    try {
      await promisify(execFile)(program, [...args, 'true']);
      return command;
    } catch {
      // Not there, not allowed, or without these options: the next one, or none.
    }
  }
  return undefined;
}

export interface Machine {
  memoryBytes: number;
  cores: number;
}

/** A container's memory where this is one. */
function machine(): Machine {
  const constrained = process.constrainedMemory();
  return { memoryBytes: constrained > 0 ? Math.min(constrained, totalmem()) : totalmem(), cores: availableParallelism() };
}

export interface ProcessLimits {
  /** Written memory, without what is only reserved. */
  dataBytes: number;
  cpuSeconds: number;
  /** Of one file: posters and sample clips. Sockets and pipes have none. */
  fileBytes: number;
  openFiles: number;
}

const MIB = 1024 * 1024;
/** An 8K film with ten bits, sixteen reference pictures and as many frames in the decoder's threads takes about half of it. */
const LARGEST_PICTURES_BYTES = 8192 * MIB;
/** Stacks and buffers of the encoders' threads. */
const BYTES_PER_CORE = 64 * MIB;
const LEAST_BYTES = 1024 * MIB;

/** Pure. The machine keeps a quarter of its memory, whatever a file asks for. */
export function planLimits({ memoryBytes, cores }: Machine): ProcessLimits {
  const wanted = LARGEST_PICTURES_BYTES + cores * BYTES_PER_CORE;
  return {
    dataBytes: Math.max(LEAST_BYTES, Math.min(wanted, Math.floor(memoryBytes * 0.75))),
    // Far more than the longest chunk needs; a run without progress is ended much earlier.
    cpuSeconds: cores * 4 * 3600,
    fileBytes: 1024 * MIB,
    openFiles: 1024,
  };
}

/** Pure. util-linux's; it becomes the command. Hostile files make decoders crash: nobody wants their memory on the disk. */
export function limitCommand({ dataBytes, cpuSeconds, fileBytes, openFiles }: ProcessLimits): string[] {
  return ['prlimit', `--data=${dataBytes}`, `--cpu=${cpuSeconds}`, `--fsize=${fileBytes}`, `--nofile=${openFiles}`, '--core=0'];
}
