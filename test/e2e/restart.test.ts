import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../pipeline/log.ts';
import { runVerify } from '../../pipeline/verify/verify.ts';
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

test.each(['SIGTERM', 'SIGKILL'] as const)('after a %s in the middle of encoding it goes on, and encodes nothing again', async (signal) => {
  const clip = join(folder, 'film.mp4');
  await makeNumberedClip(clip, { seconds: 60, height: 360, frameRate: '25' });
  millrace = await startMillrace(join(folder, 'media'));
  await rename(clip, join(millrace.mediaDir, 'inbox', 'film.mp4'));
  const begun = await millrace.untilTitle(({ progress }) => progress > 0.3);
  const { code } = await millrace.stop(signal);
  expect(code).toBe(signal === 'SIGTERM' ? 0 : null);
  const before = await committedFiles(begun.id);
  expect(before.size).toBeLessThan(plannedFiles(begun));

  millrace = await startMillrace(millrace.mediaDir);
  const title = await millrace.untilTitle(isComplete);
  const after = await committedFiles(begun.id);
  console.log(`${before.size} of ${after.size} files were there at the ${signal}`);
  expect([title.id, title.progress]).toEqual([begun.id, 1]);
  expect(after.size).toBe(plannedFiles(begun));
  expect([...before].filter(([path, state]) => after.get(path) !== state)).toEqual([]);
  expect(await millrace.readLog()).not.toMatch(/encoded that was there already/);
  const report = await runVerify({ target: `${millrace.url}/titles/${title.id}`, log: createLog('silent') });
  expect(report.violations.filter(({ severity }) => severity === 'must')).toEqual([]);
});

function plannedFiles({ renditions }: Awaited<ReturnType<Millrace['fetchTitle']>>): number {
  return renditions.reduce((sum, { segmentsPlanned }) => sum + segmentsPlanned + 1, 0);
}

/** Init segments and segments, with what changes when one is written again. */
async function committedFiles(titleId: string): Promise<Map<string, string>> {
  const root = join(millrace.mediaDir, 'streams', titleId);
  const paths = (await readdir(root, { recursive: true })).filter((path) => /\/(\d+\.m4s|init\.mp4)$/.test(path));
  const states = paths.map(async (path): Promise<[string, string]> => {
    const { ino, mtimeNs } = await stat(join(root, path), { bigint: true });
    return [path, `${ino} ${mtimeNs}`];
  });
  return new Map(await Promise.all(states));
}
