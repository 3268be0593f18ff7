import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCrashes } from './crash/run-crashes.ts';

test('kill -9 of encoders and of the server at random moments: nothing half, nothing twice, nothing left, all complete', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mr-crash-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { kills, inFlightLost, segments, titles, answers, seconds, ...found } = await runCrashes({
    ...{ folder, kills: 6, seed: 5, ladder: '144', longestPauseMs: 1_000, filmsAtOnce: 1 },
    film: { seconds: 24, height: 270, frameRate: '25' },
  });
  console.log(`${JSON.stringify(kills)}; at most ${inFlightLost} segments in flight lost of ${segments}; ${Math.round(seconds)} s`);
  expect(found).toEqual({
    badSegments: [],
    committedTwice: [],
    encodedAgain: [],
    orphans: [],
    wrongAnswers: [],
    endedByItself: [],
    unfinished: [],
    leftovers: [],
    violations: [],
    inexact: [],
  });
  expect(Object.values(kills).reduce((sum, count) => sum + count, 0)).toBe(6);
  expect(titles).toBeGreaterThan(0);
  expect(answers.get('200')).toBeGreaterThan(0);
});
