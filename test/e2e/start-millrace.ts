import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TitleView } from '../../pipeline/model/title.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Millrace {
  url: string;
  pid: number;
  mediaDir: string;
  fetchTitle(titleId: string): Promise<TitleView>;
  /**
   * Resolves with the first title that is as wanted, at the latest with the event that makes it so.
   * Rejects when one has failed that was not wanted to, or the server ends.
   */
  untilTitle(isWanted: (title: TitleView) => boolean): Promise<TitleView>;
  readLog(): Promise<string>;
  /** Resolves when the process is gone. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null }>;
}

/** A server that may not serve yet. */
export interface LaunchedMillrace {
  child: ChildProcess;
  logPath: string;
  /** Where it serves; undefined when it ended before. */
  url: Promise<string | undefined>;
  ended: Promise<{ code: number | null }>;
}

let building: Promise<unknown> | undefined;

/** Built, in a process of its own, on a free port, with a log beside the media home; the ladder is the fixed one, where nothing else is set. */
export async function launchMillrace(mediaDir: string, env: NodeJS.ProcessEnv = {}): Promise<LaunchedMillrace> {
  building ??= promisify(execFile)(process.execPath, [join(ROOT, 'scripts/build.mjs')]);
  await building;
  const logPath = join(mediaDir, '..', 'server.log');
  const log = await open(logPath, 'a');
  const child = spawn(process.execPath, [join(ROOT, 'dist/server/main.js')], {
    env: { ...process.env, PORT: '0', SAMPLE: '0', LOG_LEVEL: 'debug', MEDIA_DIR: mediaDir, ...env },
    stdio: ['ignore', 'pipe', log.fd],
  });
  await log.close();
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null }));
  return { child, logPath, ended, url: Promise.race([firstUrl(child.stdout!), ended.then(() => undefined)]) };
}

/** The product as `npm start` runs it, once it serves. */
export async function startMillrace(mediaDir: string, env: NodeJS.ProcessEnv = {}): Promise<Millrace> {
  const { child, logPath, ended, url: served } = await launchMillrace(mediaDir, env);
  const readLog = () => readFile(logPath, 'utf8');
  const url = await served;
  if (url === undefined) throw new Error(`The server ended before it served: ${await readLog()}`);

  const fetchTitles = async () => ((await (await fetch(`${url}/api/titles`)).json()) as { titles: TitleView[] }).titles;
  return {
    url,
    pid: child.pid!,
    mediaDir,
    readLog,
    fetchTitle: async (titleId) => (await (await fetch(`${url}/api/titles/${titleId}`)).json()) as TitleView,
    async untilTitle(isWanted) {
      const done = new AbortController();
      try {
        // Listening before looking: no change falls between the two.
        const events = await fetch(`${url}/api/events`, { signal: done.signal });
        for await (const _ of events.body!) {
          const titles = await fetchTitles();
          const wanted = titles.find(isWanted);
          if (wanted !== undefined) return wanted;
          const failed = titles.find(({ state }) => state === 'failed');
          if (failed !== undefined) throw new Error(`${failed.name} failed: ${failed.error?.message}`);
        }
        throw new Error(`The server ended: ${await readLog()}`);
      } finally {
        done.abort();
      }
    },
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

async function firstUrl(stdout: NodeJS.ReadableStream): Promise<string | undefined> {
  for await (const line of createInterface({ input: stdout })) {
    const url = /http:\S+/.exec(line)?.[0];
    if (url !== undefined) return url;
  }
  return undefined;
}

export function canBePlayed({ state }: TitleView): boolean {
  return state === 'playable' || state === 'complete';
}

export function isComplete({ state }: TitleView): boolean {
  return state === 'complete';
}
