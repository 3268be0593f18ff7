import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath } from './chromium.ts';
import { runSeeks, type SeeksReport } from './seeks/run-seeks.ts';

/** In the middle of frames, forth and back; and on both sides of where segments meet: the first three frames, the last two. */
const PLACES = [102.22, 50.62, 88.5, 17.1, 117.94, 60.02, 60.06, 60.1, 59.98, 59.94];

describe.skipIf(chromiumPath === undefined)('seeks to places that are not encoded', () => {
  let folder: string;
  let report: SeeksReport;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-seek-'));
    report = await runSeeks({ folder, film: { seconds: 120, height: 360, frameRate: 25 }, places: PLACES });
    console.log(JSON.stringify([...report.first, ...report.second]));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('show the frames of those places', () => {
    expect(report.first.map(({ framesOff }) => framesOff)).toEqual(PLACES.map(() => 0));
  });

  test('play on from there, with the sound of those places', () => {
    expect(report.first.map(({ framesOffLater }) => Math.abs(framesOffLater) <= 1)).toEqual(PLACES.map(() => true));
    for (const { soundFramesOff, placeSeconds } of report.first)
      expect([placeSeconds, Math.abs(soundFramesOff) <= 1]).toEqual([placeSeconds, true]);
  });

  test('end in no error, and in no load that was given up', () => {
    expect([report.fatalErrors, report.emergencyAborts]).toEqual([0, 0]);
  });

  test('made again, show the same and encode nothing', () => {
    expect(report.madeFirst.length).toBeGreaterThan(0);
    expect(report.madeSecond).toEqual([]);
    expect(report.second.map(({ framesOff }) => framesOff)).toEqual(PLACES.map(() => 0));
  });
});
