/**
 * `npm run bench copy [source seconds] [rounds] [rounds encoded]`: a film whose picture and sound every browser plays is moved into the drop folder
 * of a running server; how long until every segment of its best rung and of its sound is stored, beside its own length, and
 * how long with all of that encoded.
 */
import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TitleView } from '../../pipeline/model/title.ts';
import { canBePlayed } from '../e2e/start-millrace.ts';
import { encodeTitle, type TitleCost } from './kit/encode-title.ts';
import { cpuSeconds } from './kit/run-timed.ts';
import { makeSourceClip, SOURCE_KINDS } from './kit/source-clip.ts';
import { median, renderSpread, renderTable } from './kit/statistics.ts';

const [seconds = 600, rounds = 3, encodedRounds = 1] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), 'mr-bench-'));
try {
  const source = join(folder, 'source.mp4');
  await makeSourceClip(source, seconds);
  const sizeMb = ((await stat(source)).size / 1e6).toFixed(0);
  const copied = await measure(rounds, {});
  const encoded = await measure(encodedRounds, { COPY: 'never' });

  const row = (what: string, costs: readonly TitleCost[]): string[] => {
    const walls = costs.map(({ wallSeconds }) => wallSeconds);
    return [
      what,
      renderSpread(walls),
      renderSpread(
        walls.map((wall) => seconds / wall),
        1,
      ),
      median(costs.map(cpuSeconds)).toFixed(1),
    ];
  };
  process.stdout.write(
    `\nSource: ${seconds} s of ${SOURCE_KINDS.h264.what}, stereo AAC, ${sizeMb} MB. Moved in → stored; medians (range).\n\n`,
  );
  const rows = [['best rung and sound', 'wall s', '× real time', 'CPU s so far'], row('copied', copied)];
  if (encoded.length > 0) rows.push(row('encoded', encoded));
  process.stdout.write(`${renderTable(rows)}\n`);

  async function measure(count: number, env: NodeJS.ProcessEnv): Promise<TitleCost[]> {
    const costs: TitleCost[] = [];
    for (let round = 0; round < count; round++) {
      const copy = join(folder, 'copy.mp4');
      await copyFile(source, copy);
      costs.push(await encodeTitle(copy, env, undefined, isBestStored));
    }
    return costs;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** The best rung comes first, then the others, then the sound. */
function isBestStored(title: TitleView): boolean {
  if (!canBePlayed(title)) return false;
  const [best] = title.renditions;
  const sounds = title.renditions.filter(({ kind }) => kind === 'audio');
  return [best, ...sounds].every((rendition) => rendition !== undefined && rendition.segmentsCommitted === rendition.segmentsPlanned);
}
