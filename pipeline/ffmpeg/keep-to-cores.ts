import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Log } from '../log.ts';
import type { FfmpegTools } from './locate.ts';

/**
 * The same tools, started on the first `cores` of the processors that this process may use; as they are where there are no
 * more, or it is undefined. Where the machine cannot do that, the setting is not followed, and the log says so.
 */
export async function keepToCores(tools: FfmpegTools, cores: number | undefined, log: Log): Promise<FfmpegTools> {
  if (cores === undefined || cores === 0) return tools;
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const allowed = parseCpuList(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '');
  if (allowed.length > 0 && cores >= allowed.length) return tools;
  // util-linux. Tried once: a run that cannot begin would look like a film that cannot be encoded.
  const keeper = ['taskset', '--cpu-list', allowed.slice(0, cores).join(',')];
  try {
    const [command = '', ...args] = keeper;
    await promisify(execFile)(command, [...args, 'true']);
  } catch (error) {
    log.warn({ cores, err: error }, 'Background work cannot be kept to some cores here: it uses all of them, at a low priority');
    return tools;
  }
  return { ...tools, lifeline: [...keeper, ...(tools.lifeline ?? [])] };
}

/** `0-2,5` → 0, 1, 2, 5. */
export function parseCpuList(text: string): number[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}
