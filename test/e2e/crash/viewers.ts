import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TitleView } from '../../../pipeline/model/title.ts';
import type { SeededRandom } from './seeded-random.ts';

/** People who jump about in all titles, whether the server lives or not. */
export interface Viewers {
  /** The titles as they were told last. */
  titles(): readonly TitleView[];
  /** By status, or `cut off` when the server went away. */
  answers: Map<string, number>;
  /** Segments that came with 200 and are not what lies on the disk. */
  wrong: string[];
  close(): Promise<void>;
}

const LONGEST_PAUSE_MS = 400;

export function startViewers(count: number, options: { mediaDir: string; url: () => string | undefined; random: SeededRandom }): Viewers {
  const { mediaDir, random } = options;
  const answers = new Map<string, number>();
  const wrong: string[] = [];
  const closing = new AbortController();
  let titles: readonly TitleView[] = [];

  async function ask(path: string): Promise<Response | undefined> {
    const url = options.url();
    if (url === undefined) return undefined;
    return fetch(`${url}${path}`, { signal: closing.signal });
  }

  async function watch(): Promise<void> {
    const listed = await ask('/api/titles');
    if (!listed?.ok) return;
    titles = ((await listed.json()) as { titles: TitleView[] }).titles;
    const playable = titles.filter(({ renditions }) => renditions.length > 0);
    if (playable.length === 0) return;
    const title = random.pick(playable);
    const rendition = random.pick(title.renditions);
    const path = `${title.id}/${rendition.id}/${random.below(rendition.segmentsPlanned)}.m4s`;
    const answer = await ask(`/titles/${path}`);
    if (answer === undefined) return;
    const body = Buffer.from(await answer.arrayBuffer());
    note(String(answer.status));
    if (answer.status !== 200) return;
    const stored = await readFile(join(mediaDir, 'streams', path)).catch(() => undefined);
    if (stored === undefined || !stored.equals(body))
      wrong.push(`${path}: ${body.length} bytes came, ${stored?.length ?? 'none'} are stored`);
  }

  function note(answer: string): void {
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }

  async function goOn(): Promise<void> {
    while (!closing.signal.aborted) {
      await watch().catch(() => note('cut off'));
      await delay(random.next() * LONGEST_PAUSE_MS);
    }
  }

  const all = Array.from({ length: count }, goOn);
  return {
    titles: () => titles,
    answers,
    wrong,
    async close() {
      closing.abort();
      await Promise.all(all);
    },
  };
}
