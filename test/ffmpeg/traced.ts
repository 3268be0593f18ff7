import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { findProgram } from '../e2e/find-program.ts';

/** Tracing is forbidden in some containers. */
export const canTrace = tryTrace();

function tryTrace(): boolean {
  if (findProgram('strace') === undefined) return false;
  try {
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

/** Goes before a command whose system calls are to be looked at. */
export function tracer(outPath: string): string[] {
  return ['strace', '-f', '-qq', '-e', 'trace=network,open,openat,openat2,creat', '-o', outPath];
}

export interface Traced {
  /** Whole lines. */
  networkCalls: string[];
  /** Whatever was tried to be opened but the system's own files. */
  openedPaths: string[];
}

/** Programs, their libraries and what these ask of the kernel. */
const SYSTEM = [
  /^\/(usr\/)?lib(32|64)?\//,
  /^\/usr\/(local\/)?(lib|share\/locale)\//,
  /^\/etc\/(ld\.so\.(cache|preload)|localtime|ssl\/openssl\.cnf|gcrypt\/.*)$/,
  /^\/proc\/(self|sys|filesystems|cpuinfo|meminfo|stat|\d+\/status)\b/,
  /^\/sys\/(devices\/system|fs\/cgroup|kernel\/mm)\b/,
  /^\/dev\/(null|urandom)$/,
];

export async function readTrace(path: string): Promise<Traced> {
  return parseTrace(await readFile(path, 'utf8'));
}

/** `12 openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 3` */
export function parseTrace(text: string): Traced {
  const traced: Traced = { networkCalls: [], openedPaths: [] };
  for (const line of text.split('\n')) {
    const [, call, rest = ''] = /^\d+ +(?:<\.\.\. )?(\w+)(.*)$/.exec(line) ?? [];
    if (call === undefined) continue;
    if (!['open', 'openat', 'openat2', 'creat'].includes(call)) {
      traced.networkCalls.push(line);
      continue;
    }
    const opened = /"((?:[^"\\]|\\.)*)"/.exec(rest)?.[1];
    if (opened !== undefined && !SYSTEM.some((pattern) => pattern.test(opened))) traced.openedPaths.push(opened);
  }
  return traced;
}
