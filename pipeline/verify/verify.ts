import { stat } from 'node:fs/promises';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import { auditTitle } from '../model/hls/audit/audit.ts';
import type { AuditInput } from '../model/hls/audit/audit-input.ts';
import type { AuditReport } from '../model/hls/audit/audit-report.ts';
import type { SegmentStore } from '../storage/segment-store.ts';
import { loadFromDirectory } from './directory-source.ts';
import { loadFromUrl } from './http-source.ts';
import { loadFromStore } from './store-source.ts';

export interface VerifyOptions {
  /** A URL (http or https), a folder or playlist file, or the id of a title in `store`. */
  target: string;
  log: Log;
  /** The library, for title ids. */
  store?: SegmentStore;
  signal?: AbortSignal;
}

/**
 * `millrace verify`: reads a title whole and judges it by every rule for complete titles. What the title does wrong is in
 * the report; AppError `not_found` is for a target that is nothing, `bad_request` for one that cannot be meant.
 */
export async function runVerify(options: VerifyOptions): Promise<AuditReport> {
  const report = auditTitle(await load(options));
  options.log.info({ target: report.target, ...report.summary }, 'verified');
  return report;
}

async function load({ target, store, signal }: VerifyOptions): Promise<AuditInput> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(target)) {
    if (!/^https?:/i.test(target) || !URL.canParse(target)) throw new AppError('bad_request', `${target} is not an http or https URL.`);
    return loadFromUrl(target, signal ? { signal } : {});
  }
  if (store && /^[A-Za-z0-9_-]+$/.test(target) && (await store.readPlan(target))) return loadFromStore(target, store);
  if (await exists(target)) return loadFromDirectory(target);
  throw new AppError('not_found', `'${target}' is neither a title of the library, nor a folder, nor a URL.`);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
