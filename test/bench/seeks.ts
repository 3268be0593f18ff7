/**
 * `npm run bench seeks [seeks] [film seconds] [seed]`: random seeks in a browser over a film of which nothing is encoded, and
 * the same again: what is on the screen and what is heard after each. The frames' numbers are burnt in and read from the
 * canvas; a rising tone tells the time of the sound.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_TIMELINE } from '../../pipeline/model/timeline/boundaries.ts';
import { runSeeks, type SeekSeen } from '../e2e/seeks/run-seeks.ts';
import { randomPlaces } from './kit/random-places.ts';
import { median, percentile, renderTable } from './kit/statistics.ts';

const FRAME_RATE = 25;
const SEGMENT_SECONDS = DEFAULT_TIMELINE.segmentSeconds;
const [seeks = 30, seconds = 1200, seed = 7] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), 'mr-seeks-'));
try {
  // In the middle of frames: which one belongs on the screen is then beyond doubt. In the first half of segments: whether a
  // player also asks for the one after it is then no matter of chance.
  const isEarly = (frame: number) => (frame / FRAME_RATE) % SEGMENT_SECONDS < SEGMENT_SECONDS / 2;
  const frames = randomPlaces(4 * seeks, 10 * FRAME_RATE, (seconds - 5) * FRAME_RATE, seed)
    .filter(isEarly)
    .slice(0, seeks);
  const places = frames.map((frame) => (frame + 0.5) / FRAME_RATE);
  const report = await runSeeks({ folder, film: { seconds, height: 720, frameRate: FRAME_RATE }, places });
  const rows = [
    ['what', 'first time', 'again'],
    row('seek → frame on the screen, ms: median', (seen) => median(seen.map(({ waitedMs }) => waitedMs)).toFixed(0)),
    row('p95', (seen) =>
      percentile(
        seen.map(({ waitedMs }) => waitedMs),
        0.95,
      ).toFixed(0),
    ),
    row('wrong frames', (seen) => String(seen.filter(({ framesOff }) => framesOff !== 0).length)),
    row('frames off after playing on, at most', (seen) => String(largest(seen.map(({ framesOffLater }) => framesOffLater)))),
    row('sound off the picture, frames: at most', (seen) => largest(seen.map(({ soundFramesOff }) => soundFramesOff)).toFixed(2)),
    ['segments encoded', String(report.madeFirst.length), String(report.madeSecond.length)],
  ];
  process.stdout.write(`\n${seeks} seeks in ${seconds} s of 720p25, seed ${seed}.\n\n${renderTable(rows)}\n`);
  const wrong = [...report.first, ...report.second].filter(({ framesOff }) => framesOff !== 0);
  process.stdout.write(`Encoded again or anew: ${report.madeSecond.join(', ') || 'none'}\n`);
  process.stdout.write(wrong.map((seen) => `${JSON.stringify(seen)}\n`).join(''));
  process.stdout.write(`\nFatal errors: ${report.fatalErrors}; emergency aborts: ${report.emergencyAborts}\n`);

  function row(what: string, read: (seen: readonly SeekSeen[]) => string): string[] {
    return [what, read(report.first), read(report.second)];
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function largest(values: readonly number[]): number {
  return Math.max(...values.map(Math.abs));
}
