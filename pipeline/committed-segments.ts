import type { CommittedSegments } from './model/missing-chunks.ts';
import type { Chunk, Plan } from './model/plan.ts';
import type { SegmentStore } from './storage/segment-store.ts';

/**
 * What the store holds of a plan: the truth that work is derived from (I5). With `within` only that part is looked at,
 * which costs the same in a long film as in a short one.
 */
export async function readCommittedSegments(
  store: SegmentStore,
  plan: Plan,
  within?: Pick<Chunk, 'renditionIds' | 'firstSegment' | 'endSegment'>,
): Promise<CommittedSegments> {
  const renditionIds = within?.renditionIds ?? plan.renditions.map(({ id }) => id);
  const lists = renditionIds.map(async (id) => {
    if (within) return [id, new Set(await presentSegments(store, plan.titleId, id, within))] as const;
    const segments = await store.listSegments(plan.titleId, id);
    return [id, new Set(segments.map(({ segment }) => segment))] as const;
  });
  return new Map(await Promise.all(lists));
}

async function presentSegments(
  store: SegmentStore,
  titleId: string,
  renditionId: string,
  { firstSegment, endSegment }: Pick<Chunk, 'firstSegment' | 'endSegment'>,
): Promise<number[]> {
  const segments = Array.from({ length: endSegment - firstSegment }, (_, index) => firstSegment + index);
  const stored = await Promise.all(segments.map((segment) => store.statFile(titleId, renditionId, `${segment}.m4s`)));
  return segments.filter((_, index) => stored[index] !== undefined);
}
