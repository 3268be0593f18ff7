import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createLog } from '../../../pipeline/log.ts';
import type { Plan } from '../../../pipeline/model/plan.ts';
import { isAbandoned } from '../../../pipeline/storage/durable-write.ts';
import { createFsSegmentStore } from '../../../pipeline/storage/fs-segment-store.ts';
import { runVerify } from '../../../pipeline/verify/verify.ts';
import { presentedTicks } from '../../ffmpeg/title-home.ts';

export interface Judgement {
  /** Of all titles, what `millrace verify` says against them. */
  violations: string[];
  /** Renditions that do not show every source frame once, at its own time. */
  inexact: string[];
}

/** Reads whole titles as they lie in the store. `sourceTicks`: when the frames of their source are shown, ascending. */
export async function judgeTitles(mediaDir: string, titleIds: readonly string[], sourceTicks: readonly number[]): Promise<Judgement> {
  const store = createFsSegmentStore({ root: join(mediaDir, 'streams') });
  const judgement: Judgement = { violations: [], inexact: [] };
  for (const target of titleIds) {
    const report = await runVerify({ target, store, log: createLog('silent') });
    const must = report.violations.filter(({ severity }) => severity === 'must');
    judgement.violations.push(...must.map((violation) => `${target}: ${JSON.stringify(violation)}`));
    const plan = (await store.readPlan(target)) as Plan;
    const expected = sourceTicks.map((ticks) => ticks - plan.originTicks);
    for (const { id, kind } of plan.renditions) {
      if (kind !== 'video') continue;
      const shown = await presentedTicks(store, target, id);
      const isExact = shown.length === expected.length && shown.every((ticks, index) => Math.abs(ticks - (expected[index] as number)) <= 1);
      if (!isExact) judgement.inexact.push(`${target}/${id}: ${shown.length} frames of ${expected.length}`);
    }
  }
  return judgement;
}

/** Half-written files and job folders whose makers are gone. */
export async function listLeftovers(mediaDir: string, temporaryDir: string, serverPid: number): Promise<string[]> {
  const names = (await readdir(mediaDir, { recursive: true })).filter((path) => isAbandoned(path.split('/').at(-1) ?? ''));
  const folders = (await readdir(temporaryDir)).filter((name) => name.startsWith('mr-') && !name.startsWith(`mr-${serverPid}-`));
  return [...names, ...folders];
}
