/**
 * `npm run bench cold-segment [places] [source seconds] [kind or file …]`: a segment of which nothing is encoded, at random
 * places: convertToStream for one rung and the default sound until both are stored, beside a bare ffmpeg that encodes the same
 * stretch with the rung's settings, in turn, in the same run. Measured with the keyframe index, as after a title's
 * first second, and without.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { locateFfmpeg } from '../../pipeline/ffmpeg/locate.ts';
import { warmUpFfmpeg } from '../../pipeline/ffmpeg/run-ffmpeg.ts';
import { segmentCount, segmentRange } from '../../pipeline/model/timeline/segments.ts';
import { readSeekIndex } from '../../pipeline/seek-indexes.ts';
import { timeBareSegment } from './kit/bare-segment.ts';
import { type ColdTitle, openColdTitle } from './kit/cold-title.ts';
import { randomPlaces } from './kit/random-places.ts';
import { makeSourceClip, SOURCE_KINDS, type SourceKindName } from './kit/source-clip.ts';
import { median, percentile, renderTable } from './kit/statistics.ts';

const SEED = 20;
const DEFAULT_KINDS = Object.keys(SOURCE_KINDS);
const [placesArgument = '5', secondsArgument = '1200', ...kindArguments] = process.argv.slice(2);
const log = pino({ level: 'silent' });
const folder = await mkdtemp(join(tmpdir(), 'mr-bench-'));
try {
  const tools = await locateFfmpeg({ log });
  await warmUpFfmpeg(tools);
  for (const kind of kindArguments.length > 0 ? kindArguments : DEFAULT_KINDS) {
    const path = await sourceOf(kind, Number(secondsArgument));
    const title = await openColdTitle(path, join(folder, 'streams'), { tools, log });
    const indexStartedAtMs = performance.now();
    const keyframeBefore = await readSeekIndex(path, title.source.info, { tools, log });
    const indexSeconds = (performance.now() - indexStartedAtMs) / 1000;
    process.stdout.write(`\n${isKind(kind) ? SOURCE_KINDS[kind].what : kind}; keyframe index read in ${indexSeconds.toFixed(2)} s.\n\n`);
    process.stdout.write(
      `${renderTable(await measure(title, tools.ffmpegPath, keyframeBefore, Number(placesArgument), enterEarlyOf(kind)))}\n`,
    );
    if (isKind(kind)) await rm(path);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function sourceOf(kind: string, seconds: number): Promise<string> {
  if (!isKind(kind)) return kind;
  const path = join(folder, `source.${SOURCE_KINDS[kind].extension}`);
  await makeSourceClip(path, seconds, kind);
  return path;
}

function enterEarlyOf(kind: string): number {
  return isKind(kind) ? SOURCE_KINDS[kind].enterEarlySeconds : 0;
}

function isKind(name: string): name is SourceKindName {
  return name in SOURCE_KINDS;
}

async function measure(
  title: ColdTitle,
  ffmpegPath: string,
  keyframeBefore: Awaited<ReturnType<typeof readSeekIndex>>,
  places: number,
  enterEarlySeconds: number,
): Promise<string[][]> {
  const { plan } = title;
  const rungs = plan.renditions.filter((rendition) => rendition.kind === 'video');
  const sound = plan.renditions.filter((rendition) => rendition.kind === 'audio' && rendition.isDefault).map(({ id }) => id);
  // Neither the ramp at the start nor the last segment, which may be short.
  const segments = randomPlaces(places, 10, segmentCount(plan.timeline) - 2, SEED);
  const rows = [['rung', 'ours, s: median', 'p95', 'bare, s: median', 'p95', 'ratio: median', 'p95', 'ratio without index']];
  for (const rung of rungs) {
    const times: { ours: number; bare: number; unindexed: number }[] = [];
    for (const segment of segments) {
      const { startTicks, endTicks } = segmentRange(plan.timeline, rung, segment);
      const stretch = { startSeconds: startTicks / rung.timescale, seconds: (endTicks - startTicks) / rung.timescale, enterEarlySeconds };
      const outPath = join(folder, 'bare.mp4');
      const bareBefore = await timeBareSegment({ ffmpegPath, path: title.path, rung, ...stretch, outPath });
      const ours = await title.timeSegment([rung.id, ...sound], segment, keyframeBefore);
      const unindexed = await title.timeSegment([rung.id, ...sound], segment);
      const bareAfter = await timeBareSegment({ ffmpegPath, path: title.path, rung, ...stretch, outPath });
      times.push({ ours, unindexed, bare: (bareBefore + bareAfter) / 2 });
    }
    const ratios = times.map(({ ours, bare }) => ours / bare);
    const columns = [times.map(({ ours }) => ours), times.map(({ bare }) => bare), ratios].flatMap((values) => [
      median(values),
      percentile(values, 0.95),
    ]);
    rows.push([
      rung.id,
      ...columns.map((value) => value.toFixed(2)),
      median(times.map(({ unindexed, bare }) => unindexed / bare)).toFixed(2),
    ]);
  }
  return rows;
}
