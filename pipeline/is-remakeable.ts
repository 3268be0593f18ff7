import { join } from 'node:path';
import type { CatalogueTitle } from './catalogue/catalogue.ts';
import { isOriginalThere } from './original-there.ts';
import type { SegmentStore } from './storage/segment-store.ts';

export interface RemakeConditions {
  mediaDir: string;
  store: SegmentStore;
  /** Of the encoder that would have to make them. Undefined: any is taken for the right one. */
  encoderFingerprint?: string;
}

/**
 * Whether segments of the title could be made again as they were: a broadcast cannot be received again, a title that failed
 * would fail again, and nothing is made without the original, or by another encoder than the plan's.
 */
export async function isRemakeable(
  { record, state }: Pick<CatalogueTitle, 'record' | 'state'>,
  { mediaDir, store, encoderFingerprint }: RemakeConditions,
): Promise<boolean> {
  if (record.kind === 'broadcast' || state === 'failed' || record.error !== undefined || record.planRevision === undefined) return false;
  if (!(await isOriginalThere(join(mediaDir, record.source.path), record.source.sizeBytes))) return false;
  if (encoderFingerprint === undefined) return true;
  const plan = await store.readPlan(record.id, record.planRevision);
  return plan?.encoderFingerprint === encoderFingerprint;
}
