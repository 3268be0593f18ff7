/**
 * `npm run bench ladder-bits -- [clips]`: what a ladder that is fitted to the picture saves against the fixed one, at equal quality. Each
 * clip (the corpus' films where none are named) is converted with both, whole. Quality is the SSIM of the brightness, mean over all frames,
 * of each rung scaled to the size of the fixed ladder's best one, against the source at that size. Equal: for each rung of the fixed ladder the other one has a rung
 * of no lower SSIM, where nothing counts above what can be seen (UNSEEN_LOSS).
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { convertFile } from '../../pipeline/convert-file.ts';
import { locateFfmpeg } from '../../pipeline/ffmpeg/locate.ts';
import { probeSource } from '../../pipeline/ffmpeg/probe.ts';
import { createLog } from '../../pipeline/log.ts';
import { UNSEEN_LOSS } from '../../pipeline/model/ladder/fit-ladder.ts';
import { DEFAULT_LADDER } from '../../pipeline/model/ladder/ladder-settings.ts';
import { planVideoLadder } from '../../pipeline/model/ladder/video-ladder.ts';
import type { Plan } from '../../pipeline/model/plan.ts';
import { DEFAULT_TIMELINE } from '../../pipeline/model/timeline/boundaries.ts';
import { createFsSegmentStore } from '../../pipeline/storage/fs-segment-store.ts';
import { listMediaFiles } from '../corpus/media-files.ts';
import { CORPUS } from '../corpus.ts';
import { compareLadders, type LadderComparison, type MeasuredRung } from './kit/compare-ladders.ts';
import { measureSsim } from './kit/measure-ssim.ts';
import { renderTable } from './kit/statistics.ts';

const log = createLog('silent');
const tools = await locateFfmpeg({ log });
const named = process.argv.slice(2);
const films = (await listMediaFiles(CORPUS)).filter(({ kind }) => kind === 'film').map(({ path }) => path);
const folder = await mkdtemp(join(tmpdir(), 'mr-bench-'));
const rows = [
  ['clip', 'fixed: lines@CRF kb/s (SSIM)', 'fitted', 'all rungs', 'best rung', 'a viewer on each', 'SSIM as far as seen', 'worst loss'],
];
const all: LadderComparison[] = [];
try {
  for (const path of named.length > 0 ? named : films) {
    const fixed = await convertAndMeasure(path, false);
    const fitted = await convertAndMeasure(path, true);
    const compared = compareLadders(fixed, fitted, 1 - UNSEEN_LOSS);
    all.push(compared);
    const seen = `${compared.ssimBefore.toFixed(4)} → ${compared.ssim.toFixed(4)}`;
    const rungs = [fixed, fitted].map((ladder) => ladder.map(nameRung).join(', '));
    rows.push([basename(path), ...rungs, ...savings([compared]), seen, compared.shortfall.toFixed(4)]);
    process.stderr.write(`${rows.at(-1)?.join(' | ')}\n`);
  }
  rows.push(['together', '', '', ...savings(all), '', '']);
  process.stdout.write(
    `\nkb/s before → after at equal quality: SSIM of the brightness at the size of the best rung, of which nothing counts above ${1 - UNSEEN_LOSS}.\n\n${renderTable(rows)}\n`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}

function savings(compared: readonly LadderComparison[]): string[] {
  const sum = (figure: (comparison: LadderComparison) => number): number => compared.reduce((total, each) => total + figure(each), 0);
  return [
    renderSaving(
      sum(({ storedBefore }) => storedBefore),
      sum(({ stored }) => stored),
    ),
    renderSaving(
      sum(({ bestBefore }) => bestBefore),
      sum(({ best }) => best),
    ),
    renderSaving(
      sum(({ playedBefore }) => playedBefore),
      sum(({ played }) => played),
    ),
  ];
}

async function convertAndMeasure(path: string, isContentAware: boolean): Promise<MeasuredRung[]> {
  const outDir = await mkdtemp(join(folder, 'out-'));
  const plan = { ladder: DEFAULT_LADDER, timeline: DEFAULT_TIMELINE, isContentAware };
  const openStore = (root: string) => createFsSegmentStore({ root });
  const converted = await convertFile({ input: path, outDir, openStore, tools, plan, log });
  const info = await probeSource(path, { tools, log });
  const [largest] = info.video ? planVideoLadder(info.video, DEFAULT_LADDER) : [];
  if (!largest) throw new Error(`${path} has no picture`);
  const ssims = await measureSsim({ path, info }, converted.plan, largest, outDir, tools);
  const rungs = await Promise.all(
    converted.plan.renditions.flatMap((rung, index) =>
      rung.kind === 'video' ? [measureRung(converted.plan, outDir, rung.id, rung.height, rung.crf, ssims[index] as number)] : [],
    ),
  );
  await rm(outDir, { recursive: true });
  return rungs;
}

async function measureRung(plan: Plan, outDir: string, id: string, height: number, crf: number, ssim: number): Promise<MeasuredRung> {
  const names = (await readdir(join(outDir, id))).filter((name) => name.endsWith('.m4s'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(outDir, id, name))).size));
  const seconds = (plan.timeline.boundaries.at(-1) as number) / 90_000;
  return { height, crf, bitsPerSecond: (8 * sizes.reduce((sum, size) => sum + size, 0)) / seconds, ssim };
}

function nameRung({ height, crf, bitsPerSecond, ssim }: MeasuredRung): string {
  return `${height}@${crf} ${kilobits(bitsPerSecond)} (${ssim.toFixed(4)})`;
}

function kilobits(bitsPerSecond: number): string {
  return (bitsPerSecond / 1000).toFixed(0);
}

function renderSaving(before: number, after: number): string {
  return `${kilobits(before)} → ${kilobits(after)}: ${(100 * (1 - after / before)).toFixed(1)} %`;
}
