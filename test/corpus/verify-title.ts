import { createLog } from '../../pipeline/log.ts';
import type { AuditReport } from '../../pipeline/model/hls/audit/audit-report.ts';
import { runVerify } from '../../pipeline/verify/verify.ts';
import type { PlayedTitle } from './play-title.ts';
import { untilTitle } from './until-title.ts';

/** Judges a whole title, as it is served, by the rules of HLS: what is not there yet is encoded for it. */
export async function verifyTitle(url: string, titleId: string, signal: AbortSignal): Promise<PlayedTitle['faults']> {
  const verify = () => runVerify({ target: `${url}/titles/${titleId}`, log: createLog('silent'), signal });
  // Reads, and so makes, all of it. What is stated of a title's bit rates is measured only when it is complete.
  await verify();
  await untilTitle(url, ({ id, state }) => id === titleId && state === 'complete', signal);
  return findViolations(await verify());
}

/** One fault for each rule that must be kept and is not; where it is broken first. Pure. */
export function findViolations({ violations }: Pick<AuditReport, 'violations'>): PlayedTitle['faults'] {
  const broken = violations.filter(({ severity }) => severity === 'must');
  const firsts = broken.filter(({ ruleId }, index) => broken.findIndex((other) => other.ruleId === ruleId) === index);
  return firsts.map(({ ruleId, where, expected, seen }) => ({
    code: 'not_conformant',
    note: `${ruleId}: ${seen} where ${expected} is right (${where})`,
  }));
}
