/**
 * `npm run bench ladder [source seconds] [rounds]`: CPU and wall clock of the product over a whole title, from the drop folder to
 * the last segment, undisturbed and with a viewer who seeks in between, beside one hand-tuned ffmpeg command with the same
 * encoder settings, rungs and sound, in turn, in the same run.
 */
import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { locateFfmpeg } from '../../pipeline/ffmpeg/locate.ts';
import { probeSource } from '../../pipeline/ffmpeg/probe.ts';
import { createLog } from '../../pipeline/log.ts';
import { DEFAULT_LADDER } from '../../pipeline/model/ladder/ladder-settings.ts';
import { planVideoLadder } from '../../pipeline/model/ladder/video-ladder.ts';
import { canBePlayed, type Millrace } from '../e2e/start-millrace.ts';
import { encodeTitle, type TitleCost } from './kit/encode-title.ts';
import { handTunedLadder } from './kit/hand-tuned-ladder.ts';
import { randomPlaces } from './kit/random-places.ts';
import { type Cost, cpuSeconds, runTimed } from './kit/run-timed.ts';
import { makeSourceClip } from './kit/source-clip.ts';
import { median, renderSpread, renderTable } from './kit/statistics.ts';

/** A viewer looks at another place for every so many seconds of film. */
const SECONDS_A_SEEK = 60;
const SEGMENT_SECONDS = 4;
/** As the command does that it is compared with. */
const ENCODING = { COPY: 'never' };

const [seconds = 240, rounds = 3] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), 'mr-bench-'));
try {
  const source = join(folder, 'source.mp4');
  await makeSourceClip(source, seconds);
  const log = createLog('silent');
  const tools = await locateFfmpeg({ log });
  const info = await probeSource(source, { tools, log });
  if (!info.video) throw new Error('The source has no picture');
  const rungs = planVideoLadder(info.video, DEFAULT_LADDER);

  /** One after the other over the time that the title takes: a place, on a rung in turn, with its sound, played for a segment. */
  const seekAround = async ({ url, untilTitle }: Millrace, ended: AbortSignal): Promise<void> => {
    const { id } = await untilTitle(canBePlayed);
    const places = randomPlaces(Math.round(seconds / SECONDS_A_SEEK), 3, Math.floor(seconds / SEGMENT_SECONDS) - 2, 5);
    for (const [index, segment] of places.entries()) {
      const rung = rungs[index % rungs.length]?.id;
      await Promise.all([`${rung}/${segment}`, `a1/${segment}`].map((name) => fetch(`${url}/titles/${id}/${name}.m4s`)));
      await pause((1000 * seconds) / (places.length + 1), undefined, { signal: ended }).catch(() => {});
    }
  };
  const withCopy = async (work: (copy: string) => Promise<TitleCost>): Promise<TitleCost> => {
    const copy = join(folder, 'copy.mp4');
    await copyFile(source, copy);
    return work(copy);
  };
  const contenders: Record<string, () => Promise<TitleCost>> = {
    'Millrace, nobody watching': () => withCopy((copy) => encodeTitle(copy, ENCODING)),
    [`Millrace, a seek for every ${SECONDS_A_SEEK} s of film`]: () => withCopy((copy) => encodeTitle(copy, ENCODING, seekAround)),
  };

  const baseline: Cost[] = [];
  const measured = new Map<string, TitleCost[]>(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const out = await mkdtemp(join(folder, 'out-'));
    baseline.push(await runTimed(tools.ffmpegPath, handTunedLadder(source, rungs, out)));
    await rm(out, { recursive: true });
    for (const [name, run] of Object.entries(contenders)) measured.get(name)?.push(await run());
  }

  const sizeMb = ((await stat(source)).size / 1e6).toFixed(0);
  process.stdout.write(
    `\nSource: ${seconds} s of 1080p30 H.264, ${sizeMb} MB. Rungs: ${rungs.map(({ id }) => id).join(', ')}, preset ${DEFAULT_LADDER.preset}. ${rounds} rounds in turn; medians (range).\n\n`,
  );
  const rows = [['what', 'CPU s', 'of that the server', 'wall s', 'CPU ratio', 'wall ratio']];
  const middle = (values: readonly number[]): string => median(values).toFixed(1);
  const wall = ({ wallSeconds }: Cost): number => wallSeconds;
  rows.push(['one hand-tuned ffmpeg', middle(baseline.map(cpuSeconds)), '', middle(baseline.map(wall)), '1', '1']);
  for (const [name, costs] of measured) {
    const against = (figure: (cost: Cost) => number): string =>
      renderSpread(costs.map((cost, round) => figure(cost) / figure(baseline[round] as Cost)));
    const server = middle(costs.map(({ serverSeconds }) => serverSeconds));
    rows.push([name, middle(costs.map(cpuSeconds)), server, middle(costs.map(wall)), against(cpuSeconds), against(wall)]);
  }
  process.stdout.write(`${renderTable(rows)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
