import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../pipeline/log.ts';
import { runVerify } from '../../pipeline/verify/verify.ts';
import { createStoreWitness } from './crash/store-witness.ts';
import { makeNumberedClip } from './numbered-clip.ts';
import { isComplete, type Millrace, startMillrace } from './start-millrace.ts';

let folder: string;
let millrace: Millrace;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-restart-'));
});

afterEach(async () => {
  await millrace?.stop('SIGKILL');
  await rm(folder, { recursive: true });
});

test('after a SIGTERM in the middle of encoding it goes on, and encodes nothing again', async () => {
  const clip = join(folder, 'film.mp4');
  await makeNumberedClip(clip, { seconds: 60, height: 360, frameRate: '25' });
  millrace = await startMillrace(join(folder, 'media'));
  await rename(clip, join(millrace.mediaDir, 'inbox', 'film.mp4'));
  const begun = await millrace.untilTitle(({ progress }) => progress > 0.3);
  const { code } = await millrace.stop('SIGTERM');
  expect(code).toBe(0);
  const witness = createStoreWitness(join(millrace.mediaDir, 'streams'));
  await witness.look();
  const before = witness.segmentCount();
  expect(before).toBeLessThan(plannedSegments(begun));

  millrace = await startMillrace(millrace.mediaDir);
  const title = await millrace.untilTitle(isComplete);
  await witness.look();
  console.log(`${before} of ${witness.segmentCount()} segments were there at the SIGTERM`);
  expect([title.id, title.progress]).toEqual([begun.id, 1]);
  expect(witness.segmentCount()).toBe(plannedSegments(begun));
  expect([witness.bad, witness.changed]).toEqual([[], []]);
  expect(await millrace.readLog()).not.toMatch(/encoded that was there already/);
  const report = await runVerify({ target: `${millrace.url}/titles/${title.id}`, log: createLog('silent') });
  expect(report.violations.filter(({ severity }) => severity === 'must')).toEqual([]);
});

function plannedSegments({ renditions }: Awaited<ReturnType<Millrace['fetchTitle']>>): number {
  return renditions.reduce((sum, { segmentsPlanned }) => sum + segmentsPlanned, 0);
}
