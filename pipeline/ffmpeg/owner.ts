import { isProcessAlive } from '../process-alive.ts';
import { processStart } from '../process-start.ts';

/** The variable by which a process that we start tells whose it is. */
const VARIABLE = 'MILLRACE_OWNER';
const OWNER_IN_ENVIRONMENT = new RegExp(`(?:^|\\0)${VARIABLE}=(\\d+-[0-9a-z]+)(?:\\0|$)`);

/** `<pid>-<start>`: with its start, since pids are used again (in a container it is always the same one). */
export function ownOwnerName(): string {
  return `${process.pid}-${processStart(process.pid) ?? '0'}`;
}

/** What a program needs to be found and to run. Nothing of our settings: a decoder that a file has taken over finds no secret here. */
const PASSED_ON = /^(PATH|HOME|TMPDIR|TZ|LANG|LC_\w+|LD_LIBRARY_PATH)$/;

/** What every ffmpeg and ffprobe of ours runs with: little of our environment, and whose it is. */
export function ownedEnvironment(): NodeJS.ProcessEnv {
  const passedOn = Object.entries(process.env).filter(([name]) => PASSED_ON.test(name));
  return { ...Object.fromEntries(passedOn), [VARIABLE]: ownOwnerName() };
}

/** Whether an environment, as /proc shows it, is of a process whose owner is gone. */
export function isOrphansEnvironment(environment: string): boolean {
  const name = OWNER_IN_ENVIRONMENT.exec(environment);
  return name !== null && isOwnerGone(name[1] ?? '');
}

/** `name` as ownOwnerName has it; its start is `0` where nothing tells of it. */
export function isOwnerGone(name: string): boolean {
  const [pidText, start = '0'] = name.split('-');
  const pid = Number(pidText);
  return !isProcessAlive(pid) || (start !== '0' && processStart(pid) !== start);
}
