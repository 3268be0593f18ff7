import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { PipelineEvent } from '../../../pipeline/event-bus.ts';
import type { TitleView } from '../../../pipeline/model/title.ts';
import { type Millrace, startMillrace } from '../../e2e/start-millrace.ts';
import type { Cost } from './run-timed.ts';

/** Kernel clock ticks a second: `getconf CLK_TCK`, 100 on every Linux. */
const CLOCK_TICKS = 100;

/** What the product has spent on a title, and how much of that in its server process alone. */
export interface TitleCost extends Cost {
  serverSeconds: number;
}

/**
 * The product over a whole title: from its move into the drop folder until it is complete, with all that is done on the way.
 * `meanwhile`: what viewers do from the moment that it can be played; it is told to end when the title is complete. `isDone`: what is
 * waited for instead.
 */
export async function encodeTitle(
  sourcePath: string,
  env: NodeJS.ProcessEnv,
  meanwhile?: (millrace: Millrace, ended: AbortSignal) => Promise<void>,
  isDone?: (title: TitleView) => boolean,
): Promise<TitleCost> {
  const home = await mkdtemp(join(tmpdir(), 'mr-bench-home-'));
  const millrace = await startMillrace(join(home, 'media'), { LOG_LEVEL: 'warn', ...env });
  try {
    const before = await readUsage(millrace.pid);
    const startedAtMs = performance.now();
    const { done } = isDone ? { done: millrace.untilTitle(isDone) } : await listenForCompletion(millrace);
    await rename(sourcePath, join(home, 'media', 'inbox', `film${extname(sourcePath)}`));
    const ended = new AbortController();
    const viewing = meanwhile?.(millrace, ended.signal);
    await done;
    const wallSeconds = (performance.now() - startedAtMs) / 1000;
    ended.abort();
    await viewing;
    const after = await readUsage(millrace.pid);
    const [ownUser = 0, ownSystem = 0, childUser = 0, childSystem = 0] = after.map(
      (ticks, index) => (ticks - before[index]!) / CLOCK_TICKS,
    );
    return { userSeconds: ownUser + childUser, systemSeconds: ownSystem + childSystem, wallSeconds, serverSeconds: ownUser + ownSystem };
  } finally {
    await millrace.stop();
    await rm(home, { recursive: true, force: true });
  }
}

/** The events are all that is read: asking for the title with each of them would be measured as well. */
async function listenForCompletion({ url }: Millrace): Promise<{ done: Promise<void> }> {
  const events = await fetch(`${url}/api/events`);
  return { done: untilComplete(events.body!.pipeThrough(new TextDecoderStream())) };
}

async function untilComplete(events: AsyncIterable<string>): Promise<void> {
  let unread = '';
  for await (const text of events) {
    const lines = (unread + text).split('\n');
    unread = lines.pop() ?? '';
    for (const line of lines.filter((one) => one.startsWith('data: '))) {
      const event = JSON.parse(line.slice('data: '.length)) as PipelineEvent;
      if (event.type !== 'title') continue;
      if (event.state === 'failed') throw new Error('The title failed');
      if (event.state === 'complete') return;
    }
  }
  throw new Error('The server ended');
}

/** User and system time of a process, and of the children it has waited for, in clock ticks: fields 14 to 17 of proc(5). */
async function readUsage(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  return text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number);
}
