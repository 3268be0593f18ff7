/**
 * `npm run bench seek [places] [source seconds] [kind …]`: seeks over HTTP into a title of which nothing is encoded, at random
 * places, rung by rung: from the request for a segment and its sound to the last byte of both, beside a bare ffmpeg that
 * encodes the same stretch of the same rung without sound (same preset, CRF and cap), in turn, in the same run.
 * No lead is kept (LEAD_SECONDS=0), so that the two are alone on the machine by turns.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locateFfmpeg } from '../../pipeline/ffmpeg/locate.ts';
import { createLog } from '../../pipeline/log.ts';
import { segmentCount, segmentRange } from '../../pipeline/model/timeline/segments.ts';
import { timeBareSegment } from './kit/bare-segment.ts';
import { type ColdServer, startColdServer } from './kit/cold-server.ts';
import { randomPlaces } from './kit/random-places.ts';
import { makeSourceClip, SOURCE_KINDS, type SourceKindName } from './kit/source-clip.ts';
import { median, percentile, renderTable } from './kit/statistics.ts';

const [places = '50', seconds = '3600', ...kinds] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'mr-bench-'));
const { ffmpegPath } = await locateFfmpeg({ log: createLog('silent') });
try {
  for (const kind of (kinds.length > 0 ? kinds : Object.keys(SOURCE_KINDS)) as SourceKindName[]) {
    const source = join(folder, `source.${SOURCE_KINDS[kind].extension}`);
    await makeSourceClip(source, Number(seconds), kind);
    const home = await mkdtemp(join(folder, 'home-'));
    const server = await startColdServer(source, join(home, 'media'), { LEAD_SECONDS: '0' });
    try {
      const rows = await measure(server, Number(places), SOURCE_KINDS[kind].enterEarlySeconds);
      const twice = await server.readCounter('millrace_segments_encoded_twice_total');
      process.stdout.write(
        `\n${SOURCE_KINDS[kind].what}, ${seconds} s; ${places} places a rung; encoded twice: ${twice}.\n\n${renderTable(rows)}\n`,
      );
    } finally {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(server: ColdServer, count: number, enterEarlySeconds: number): Promise<string[][]> {
  const { plan } = server;
  const rungs = plan.renditions.filter((rendition) => rendition.kind === 'video');
  const sound = plan.renditions.find((rendition) => rendition.kind === 'audio' && rendition.isDefault)?.id;
  const last = segmentCount(plan.timeline) - 2;
  const rows = [['rung', 'request → last byte, s: median', 'p95', 'bare ffmpeg, s: median', 'p95', 'ratio: median', 'p95']];
  // The sound of a place is made once: each rung has places of its own.
  const all = randomPlaces(count * rungs.length, 10, last, 20);
  for (const [index, rung] of rungs.entries()) {
    const times: { ours: number; bare: number }[] = [];
    // Before it is sought in, a rung has an init segment, as a player's would.
    await server.timeFiles(`${rung.id}/init.mp4`);
    for (const segment of all.slice(index * count, (index + 1) * count)) {
      const { startTicks, endTicks } = segmentRange(plan.timeline, rung, segment);
      const stretch = { startSeconds: startTicks / rung.timescale, seconds: (endTicks - startTicks) / rung.timescale };
      const bare = () =>
        timeBareSegment({ ffmpegPath, path: server.originalPath, rung, ...stretch, enterEarlySeconds, outPath: join(folder, 'bare.mp4') });
      const before = await bare();
      const ours = await server.timeFiles(`${rung.id}/${segment}.m4s`, ...(sound === undefined ? [] : [`${sound}/${segment}.m4s`]));
      times.push({ ours, bare: (before + (await bare())) / 2 });
    }
    const columns = [times.map(({ ours }) => ours), times.map(({ bare }) => bare), times.map(({ ours, bare }) => ours / bare)];
    rows.push([rung.id, ...columns.flatMap((values) => [median(values).toFixed(2), percentile(values, 0.95).toFixed(2)])]);
  }
  return rows;
}
