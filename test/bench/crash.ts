/**
 * `npm run bench crash [kills] [seed]`: kill -9 of encoders, of the server and of both, at random moments, while films are
 * encoded and watched. What is found wrong is printed, and makes the exit status 1.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CrashReport, runCrashes } from '../e2e/crash/run-crashes.ts';
import { renderTable } from './kit/statistics.ts';

const [kills = 100, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), 'mr-crash-'));
try {
  const report = await runCrashes({
    ...{ folder, kills, seed, ladder: '360,240', longestPauseMs: 4_000, filmsAtOnce: 2 },
    film: { seconds: 60, height: 720, frameRate: '25' },
    onKill: (line) => process.stderr.write(`${line}\n`),
  });
  print(report);
} finally {
  await rm(folder, { recursive: true, force: true });
}

function print(report: CrashReport): void {
  const faults: [string, string[]][] = [
    ['bad segments visible', report.badSegments],
    ['segments committed twice, changed or gone', report.committedTwice],
    ['committed segments encoded again', report.encodedAgain],
    ['orphaned processes a second after a kill', report.orphans],
    ['answers that differ from the file', report.wrongAnswers],
    ['ends of the server that were no kill', report.endedByItself],
    ['titles not complete at the end', report.unfinished],
    ['violations (verify)', report.violations],
    ['renditions that are not frame-exact', report.inexact],
    ['leftovers of dead processes', report.leftovers],
  ];
  const answers = [...report.answers].map(([status, count]) => `${status}: ${count}`).join(', ');
  const rows = [
    ['what', 'count'],
    ...Object.entries(report.kills).map(([kind, count]) => [`kill -9: ${kind}`, String(count)]),
    ...faults.map(([what, found]) => [what, String(found.length)]),
    ['segments in flight lost, at most', String(report.inFlightLost)],
    ['segments committed', String(report.segments)],
    ['titles, all complete in the end', String(report.titles)],
    ['answers to viewers', answers],
    ['seconds', report.seconds.toFixed(0)],
    ['seed', String(seed)],
  ];
  process.stdout.write(`\n${renderTable(rows)}\n`);
  for (const [what, found] of faults) for (const line of found.slice(0, 20)) process.stdout.write(`${what}: ${line}\n`);
  if (faults.some(([, found]) => found.length > 0)) process.exitCode = 1;
}
