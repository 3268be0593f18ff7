/**
 * `npm run bench viewers`: a hundred viewers at one place of which nothing is encoded, then twenty at twenty places, beside
 * one alone. What the machine gains by working side by side is measured with a bare ffmpeg, in the same run.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { locateFfmpeg } from '../../pipeline/ffmpeg/locate.ts';
import { createLog } from '../../pipeline/log.ts';
import { segmentCount, segmentRange } from '../../pipeline/model/timeline/segments.ts';
import { timeBareSegment } from './kit/bare-segment.ts';
import { startColdServer } from './kit/cold-server.ts';
import { randomPlaces } from './kit/random-places.ts';
import { makeSourceClip } from './kit/source-clip.ts';
import { median, renderTable } from './kit/statistics.ts';

const ROUNDS = 3;
const PLACES = 20;
const VIEWERS = 100;
const RUNG = 'v540';
const folder = await mkdtemp(join(tmpdir(), 'mr-bench-'));
const { ffmpegPath } = await locateFfmpeg({ log: createLog('silent') });
const source = join(folder, 'source.mp4');
await makeSourceClip(source, 1200);
const server = await startColdServer(source, join(folder, 'media'), { LEAD_SECONDS: '0', DEMAND_WAIT_SECONDS: '120' });
try {
  const { plan } = server;
  const rung = plan.renditions.find((rendition) => rendition.kind === 'video' && rendition.id === RUNG);
  if (rung?.kind !== 'video') throw new Error(`The ladder has no ${RUNG}`);
  const places = randomPlaces(ROUNDS * (PLACES + 4) + 1, 10, segmentCount(plan.timeline) - 2, 11);
  await server.timeFiles(`${RUNG}/init.mp4`);
  const take = (count: number) => places.splice(0, count);
  const ask = (segment: number) => server.timeFiles(`${RUNG}/${segment}.m4s`, `a1/${segment}.m4s`);
  const bare = (segment: number) => {
    const { startTicks, endTicks } = segmentRange(plan.timeline, rung, segment);
    const stretch = { startSeconds: startTicks / rung.timescale, seconds: (endTicks - startTicks) / rung.timescale };
    return timeBareSegment({
      ffmpegPath,
      path: server.originalPath,
      rung,
      ...stretch,
      enterEarlySeconds: 0,
      outPath: join(folder, `bare-${segment}.mp4`),
    });
  };

  const [crowded] = take(1);
  const before = await server.readCounter('millrace_segments_committed_total');
  await Promise.all(Array.from({ length: VIEWERS }, () => ask(crowded!)));
  const encodes = (await server.readCounter('millrace_segments_committed_total')) - before;

  const rounds: { single: number; speedUp: number; slowest: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const single = median([await ask(take(1)[0]!), await ask(take(1)[0]!), await ask(take(1)[0]!)]);
    const cores = availableParallelism();
    const [place = 10] = take(1);
    const alone = await bare(place);
    const startedAtMs = performance.now();
    await Promise.all(Array.from({ length: cores }, (_, index) => bare(place + index)));
    const speedUp = (cores * alone * 1000) / (performance.now() - startedAtMs);
    const slowest = Math.max(...(await Promise.all(take(PLACES).map(ask))));
    rounds.push({ single, speedUp, slowest });
  }
  const ratio = rounds.map(({ single, speedUp, slowest }) => slowest / ((PLACES * single) / speedUp));
  const rows = [
    ['what', 'median of the rounds'],
    ['one viewer alone, s', median(rounds.map(({ single }) => single)).toFixed(2)],
    ['side by side, a bare ffmpeg gains', median(rounds.map(({ speedUp }) => speedUp)).toFixed(2)],
    [`${PLACES} viewers at ${PLACES} places: the slowest, s`, median(rounds.map(({ slowest }) => slowest)).toFixed(2)],
    ['… against places × alone / gain', median(ratio).toFixed(2)],
  ];
  process.stdout.write(`\n${VIEWERS} viewers at one place: ${encodes} segments encoded (picture and sound).\n\n${renderTable(rows)}\n`);
  process.stdout.write(`\nEncoded twice: ${await server.readCounter('millrace_segments_encoded_twice_total')}\n`);
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
