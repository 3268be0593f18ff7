/**
 * `npm run bench ladder [source seconds] [rounds]`: CPU and wall clock of the pipeline over a whole title, beside one
 * hand-tuned ffmpeg command with the same encoder settings, rungs and sound, in turn, in the same run.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { locateFfmpeg } from '../../pipeline/ffmpeg/locate.ts';
import { probeSource } from '../../pipeline/ffmpeg/probe.ts';
import { DEFAULT_LADDER } from '../../pipeline/model/ladder/ladder-settings.ts';
import { planVideoLadder } from '../../pipeline/model/ladder/video-ladder.ts';
import { type Cost, cpuSeconds, runTimed } from './kit/run-timed.ts';
import { makeSourceClip } from './kit/source-clip.ts';
import { median, renderSpread, renderTable } from './kit/statistics.ts';

const CHUNK_SECONDS = [24, 120];
const [seconds = 60, rounds = 3] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), 'mr-bench-'));
try {
  const source = join(folder, 'source.mp4');
  await makeSourceClip(source, seconds);
  const log = pino({ level: 'silent' });
  const tools = await locateFfmpeg({ log });
  const info = await probeSource(source, { tools, log });
  if (!info.video) throw new Error('The source has no picture');
  const rungs = planVideoLadder(info.video, DEFAULT_LADDER);

  const handTuned = (out: string): Promise<Cost> => {
    const split = `[0:v]split=${rungs.length}${rungs.map((_, i) => `[s${i}]`).join('')}`;
    const scaled = rungs.map((rung, i) => `[s${i}]scale=${rung.width}:${rung.height}:flags=bicubic,format=yuv420p[v${i}]`);
    const outputs = rungs.flatMap((rung, i) => [
      ...['-map', `[v${i}]`, '-c:v', 'libx264', '-preset', rung.preset, '-profile:v', 'high', '-level:v', String(rung.level / 10)],
      ...['-crf', String(rung.crf), '-maxrate', String(rung.maxrateBps), '-bufsize', String(rung.bufsizeBits)],
      ...[
        '-g',
        '60',
        '-keyint_min',
        '60',
        '-sc_threshold',
        '0',
        '-f',
        'mp4',
        '-movflags',
        '+frag_keyframe+empty_moov',
        join(out, `${rung.id}.mp4`),
      ],
    ]);
    const sound = [
      '-map',
      '0:a',
      '-c:a',
      'aac',
      '-b:a',
      '128k',
      '-f',
      'mp4',
      '-movflags',
      '+frag_keyframe+empty_moov',
      '-frag_duration',
      '4000000',
      join(out, 'a.mp4'),
    ];
    const filters = [split, ...scaled].join(';');
    return runTimed(tools.ffmpegPath, [
      '-hide_banner',
      '-loglevel',
      'error',
      '-nostdin',
      '-y',
      '-i',
      source,
      '-filter_complex',
      filters,
      ...outputs,
      ...sound,
    ]);
  };
  const ours = (out: string, chunkSeconds: number): Promise<Cost> =>
    runTimed(process.execPath, [...process.execArgv, join(import.meta.dirname, 'kit/encode-title.ts'), source, out, String(chunkSeconds)]);

  const baseline: Cost[] = [];
  const measured = new Map<number, Cost[]>(CHUNK_SECONDS.map((chunkSeconds) => [chunkSeconds, []]));
  for (let round = 0; round < rounds; round++) {
    baseline.push(await inFreshFolder(handTuned));
    for (const chunkSeconds of CHUNK_SECONDS) measured.get(chunkSeconds)?.push(await inFreshFolder((out) => ours(out, chunkSeconds)));
  }

  const sizeMb = ((await stat(source)).size / 1e6).toFixed(0);
  process.stdout.write(
    `\nSource: ${seconds} s of 1080p30 H.264, ${sizeMb} MB. Rungs: ${rungs.map(({ id }) => id).join(', ')}, preset ${DEFAULT_LADDER.preset}. ${rounds} rounds in turn; medians (range).\n\n`,
  );
  const rows = [['what', 'CPU s', 'wall s', 'CPU ratio', 'wall ratio']];
  rows.push([
    'one hand-tuned ffmpeg',
    median(baseline.map(cpuSeconds)).toFixed(1),
    median(baseline.map((cost) => cost.wallSeconds)).toFixed(1),
    '1',
    '1',
  ]);
  for (const [chunkSeconds, costs] of measured) {
    rows.push([
      `Millrace, chunks of ${chunkSeconds} s`,
      median(costs.map(cpuSeconds)).toFixed(1),
      median(costs.map((cost) => cost.wallSeconds)).toFixed(1),
      renderSpread(costs.map((cost, round) => cpuSeconds(cost) / cpuSeconds(baseline[round] as Cost))),
      renderSpread(costs.map((cost, round) => cost.wallSeconds / (baseline[round] as Cost).wallSeconds)),
    ]);
  }
  process.stdout.write(`${renderTable(rows)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function inFreshFolder(work: (out: string) => Promise<Cost>): Promise<Cost> {
  const out = await mkdtemp(join(folder, 'out-'));
  try {
    return await work(out);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
