import { access, constants } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Log } from '../log.ts';
import type { FfmpegTools } from './locate.ts';

/** util-linux; where it stands on every distribution. */
const TASKSET_PATHS = ['/usr/bin/taskset', '/bin/taskset'];

/**
 * The same tools, started on the first `cores` processors only; as they are where that is all there are, or undefined.
 * Where the machine cannot do that, the setting is not followed, and the log says so.
 */
export async function keepToCores(tools: FfmpegTools, cores: number | undefined, log: Log): Promise<FfmpegTools> {
  if (cores === undefined || cores === 0 || cores >= availableParallelism()) return tools;
  const taskset = await firstExecutable(TASKSET_PATHS);
  if (taskset === undefined) {
    log.warn({ cores }, 'This machine has no taskset (util-linux): background work uses all cores, at a low priority');
    return tools;
  }
  const list = cores === 1 ? '0' : `0-${cores - 1}`;
  return { ...tools, lifeline: [taskset, '--cpu-list', list, ...(tools.lifeline ?? [])] };
}

async function firstExecutable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const isExecutable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isExecutable) return path;
  }
  return undefined;
}
