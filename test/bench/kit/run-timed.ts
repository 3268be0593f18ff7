import { spawn } from 'node:child_process';

/** What a command and all processes it waited for have cost. */
export interface Cost {
  userSeconds: number;
  systemSeconds: number;
  wallSeconds: number;
}

export const cpuSeconds = (cost: Cost): number => cost.userSeconds + cost.systemSeconds;

/** Runs a command to its end and answers its cost, by the shell's own accounting. Rejects with its output when it fails. */
export function runTimed(command: string, args: readonly string[]): Promise<Cost> {
  const script = `TIMEFORMAT='%U %S %R'; time "$@" >&2`;
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', script, 'bash', command, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-8192);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const [user, system, wall] = output.trimEnd().split('\n').at(-1)?.split(' ').map(Number) ?? [];
      if (code !== 0 || user === undefined || system === undefined || wall === undefined)
        reject(new Error(`${command} failed (${code}):\n${output}`));
      else resolve({ userSeconds: user, systemSeconds: system, wallSeconds: wall });
    });
  });
}
