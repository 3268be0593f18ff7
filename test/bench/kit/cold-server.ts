import { rename } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Plan } from '../../../pipeline/model/plan.ts';
import type { Seconds } from '../../../pipeline/model/time.ts';
import type { TitleView } from '../../../pipeline/model/title.ts';
import { createFsSegmentStore } from '../../../pipeline/storage/fs-segment-store.ts';
import { canBePlayed, type Millrace, startMillrace } from '../../e2e/start-millrace.ts';

/** The product serving one title of which only the start is encoded, and nothing is copied: the background is off. */
export interface ColdServer extends Millrace {
  title: TitleView;
  plan: Plan;
  originalPath: string;
  /** Asks for files of the title together, as a player does, and reads them to their last bytes. Answers when the first was whole. */
  timeFiles(...names: string[]): Promise<Seconds>;
  /** A counter at /metrics, its labels added up. */
  readCounter(name: string): Promise<number>;
  /** Resolves when no encoder is at work. */
  untilIdle(): Promise<void>;
}

/** Moves the source into the drop folder. `env`: further settings. */
export async function startColdServer(sourcePath: string, mediaDir: string, env: NodeJS.ProcessEnv = {}): Promise<ColdServer> {
  const millrace = await startMillrace(mediaDir, { BACKGROUND_CORES: '0', COPY: 'never', LOG_LEVEL: 'warn', ...env });
  await rename(sourcePath, join(mediaDir, 'inbox', `film${extname(sourcePath)}`));
  const title = await millrace.untilTitle(canBePlayed);
  const store = createFsSegmentStore({ root: join(mediaDir, 'streams') });
  const plan = await store.readPlan(title.id);
  const record = await store.readTitle(title.id);
  if (!plan || !record) throw new Error('The title is not in the store');

  async function isIdle(): Promise<boolean> {
    const { runs } = (await (await fetch(`${millrace.url}/api/work`)).json()) as { runs: unknown[] };
    return runs.length === 0;
  }

  const server: ColdServer = {
    ...millrace,
    ...{ title, plan, originalPath: join(mediaDir, record.source.path) },
    async timeFiles(...names) {
      const askedAtMs = performance.now();
      const read = async (name: string): Promise<number> => {
        const answer = await fetch(`${millrace.url}/titles/${title.id}/${name}`);
        if (answer.status !== 200) throw new Error(`${name}: ${answer.status}`);
        await answer.arrayBuffer();
        return performance.now() - askedAtMs;
      };
      return Math.max(...(await Promise.all(names.map(read)))) / 1000;
    },
    async readCounter(name) {
      const text = await (await fetch(`${millrace.url}/metrics`)).text();
      const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
      return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
    },
    async untilIdle() {
      const done = new AbortController();
      const events = await fetch(`${millrace.url}/api/events`, { signal: done.signal });
      try {
        for await (const _ of events.body!) if (await isIdle()) return;
      } finally {
        done.abort();
      }
    },
  };
  // The start, the poster and the keyframe index; the last by its own time, which nothing tells of.
  await server.untilIdle();
  return server;
}
