import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath } from './chromium.ts';
import { runSeeks, type SeeksReport } from './seeks/run-seeks.ts';

const BT709 = ['-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709', '-color_range', 'tv'];

/**
 * In the middle of frames, forth and back. Not at the edges of segments: there Chromium may show a neighbour of the frame while
 * it is paused, by the durations of reordered samples (see assignTiming).
 */
const FILMS = [
  { what: 'encoded', code: 'encoded', videoArgs: [], places: [102.22, 50.62, 88.5, 17.1, 117.94] },
  {
    // Keyframes 1.92 s apart: segments of two such stretches, after the first three.
    ...{ what: 'copied', code: 'copied', places: [102.22, 49.62, 88.5, 15.1, 117.94] },
    videoArgs: [
      '-preset',
      'veryfast',
      '-bf',
      '3',
      '-g',
      '48',
      '-keyint_min',
      '48',
      '-sc_threshold',
      '0',
      '-maxrate',
      '1200k',
      '-bufsize',
      '1200k',
      ...BT709,
    ],
  },
];

describe.skipIf(chromiumPath === undefined).each(FILMS)('seeks to places that are not $what yet', ({ code, places, videoArgs }) => {
  let folder: string;
  let report: SeeksReport;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-seek-'));
    report = await runSeeks({ folder, film: { seconds: 120, height: 360, frameRate: 25, videoArgs }, places });
    console.log(JSON.stringify([...report.first, ...report.second]));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('show the frames of those places', () => {
    expect(report.pictureCodes[0]).toBe(code);
    expect(report.first.map(({ framesOff }) => framesOff)).toEqual(places.map(() => 0));
  });

  test('play on from there, with the sound of those places', () => {
    expect(report.first.map(({ framesOffLater }) => Math.abs(framesOffLater) <= 1)).toEqual(places.map(() => true));
    for (const { soundFramesOff, placeSeconds } of report.first)
      expect([placeSeconds, Math.abs(soundFramesOff) <= 1]).toEqual([placeSeconds, true]);
  });

  test('end in no error, and in no load that was given up', () => {
    expect([report.fatalErrors, report.emergencyAborts]).toEqual([0, 0]);
  });

  test('made again, show the same and encode nothing', () => {
    expect(report.madeFirst.length).toBeGreaterThan(0);
    expect(report.madeSecond).toEqual([]);
    expect(report.second.map(({ framesOff }) => framesOff)).toEqual(places.map(() => 0));
  });
});
