import { toAppError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Plan } from '../model/plan.ts';
import type { TitleRecord } from '../model/title.ts';
import type { SegmentStore } from '../storage/segment-store.ts';
import type { Catalogue } from './catalogue.ts';
import { deriveState } from './derive-state.ts';

/** The truth, and the index that is made to agree with it (I5). */
export interface Index {
  store: SegmentStore;
  catalogue: Catalogue;
  log: Log;
}

/**
 * Makes the catalogue say what the store holds, whatever it said before; nothing is changed where they agree. A title
 * that cannot be read is left out with a warning, and the others go on. Safe while segments are being committed.
 */
export async function reindex(index: Index): Promise<{ titles: number; segments: number }> {
  const total = { titles: 0, segments: 0 };
  // Known first: a title that is made between the two lists is then never taken for a removed one.
  const known = (await index.catalogue.listTitles()).map(({ record }) => record.id);
  const stored = await index.store.listTitles();
  for (const titleId of new Set([...stored, ...known])) {
    const segments = await reindexTitle(index, titleId).catch((error: unknown) => {
      if (!toAppError(error).retryable) throw error;
      index.log.warn({ title: titleId, err: error }, 'The catalogue may be out of date for this title: it cannot be read now');
      return undefined;
    });
    if (segments === undefined) continue;
    total.titles += 1;
    total.segments += segments;
  }
  return total;
}

/** As reindex, for one title. Answers its committed segments, or undefined when the store has no such title. */
export async function reindexTitle(index: Index, titleId: string): Promise<number | undefined> {
  if (!(await refreshTitle(index, titleId))) return undefined;
  const renditionIds = new Set((await index.catalogue.renditionStats(titleId)).map((stats) => stats.renditionId));
  for (const plan of await readPlans(index.store, titleId)) {
    for (const rendition of plan.renditions) renditionIds.add(rendition.id);
  }
  let segments = 0;
  for (const renditionId of renditionIds) segments += await reindexRendition(index, titleId, renditionId);
  await refreshTitle(index, titleId);
  return segments;
}

/** Records and forgets segments until the catalogue agrees with the store. Answers how many there are. */
export async function reindexRendition({ store, catalogue }: Index, titleId: string, renditionId: string): Promise<number> {
  // The catalogue first: a segment committed between the two lists is then new, never lost.
  const known = new Map((await catalogue.listSegments(titleId, renditionId)).map(({ segment, sizeBytes }) => [segment, sizeBytes]));
  const stored = await store.listSegments(titleId, renditionId);
  for (const { segment, sizeBytes } of stored) {
    if (known.get(segment) !== sizeBytes) {
      // When it was watched is known to the catalogue alone; without that, when it was made.
      const file = await store.statFile(titleId, renditionId, `${segment}.m4s`);
      await catalogue.recordSegment(titleId, renditionId, segment, sizeBytes, file?.modifiedAtMs);
    }
    known.delete(segment);
  }
  for (const segment of known.keys()) await catalogue.forgetSegment(titleId, renditionId, segment);
  return stored.length;
}

/** As reindexRendition, for one segment. */
export async function reindexSegment({ store, catalogue }: Index, titleId: string, renditionId: string, segment: number): Promise<void> {
  const stored = await store.statFile(titleId, renditionId, `${segment}.m4s`);
  if (stored === undefined) await catalogue.forgetSegment(titleId, renditionId, segment);
  else await catalogue.recordSegment(titleId, renditionId, segment, stored.sizeBytes, stored.modifiedAtMs);
}

/** Brings the record and the state up to date, not the segments. False when the title is not (readable) in the store and so not in the catalogue. */
export async function refreshTitle({ store, catalogue, log }: Index, titleId: string): Promise<boolean> {
  let record: TitleRecord | undefined;
  let plan: Plan | undefined;
  try {
    record = await store.readTitle(titleId);
    if (record?.planRevision !== undefined) plan = await store.readPlan(titleId, record.planRevision);
  } catch (error) {
    const { code, retryable } = toAppError(error);
    // A disk that cannot be read now says nothing of the title: it must not vanish for that.
    if (code !== 'store_failed' || retryable) throw error;
    log.warn({ title: titleId, err: error }, 'This title is left out of the catalogue: it cannot be read');
    record = undefined;
  }
  if (record === undefined) {
    await catalogue.removeTitle(titleId);
    return false;
  }
  const current = await catalogue.getTitle(titleId);
  const { state, durationSeconds, segmentsPlanned } = deriveState(record, plan, current?.segmentsCommitted ?? 0);
  // A probe that is running is not to be seen in the store.
  const isProbing = state === 'waiting' && current?.state === 'probing';
  await catalogue.putTitle(record, isProbing ? 'probing' : state, durationSeconds, segmentsPlanned);
  return true;
}

async function readPlans(store: SegmentStore, titleId: string): Promise<Plan[]> {
  const highest = await store.readPlan(titleId);
  if (highest === undefined) return [];
  const older = await Promise.all(Array.from({ length: highest.revision }, (_, revision) => store.readPlan(titleId, revision)));
  return [...older.filter((plan) => plan !== undefined), highest];
}
