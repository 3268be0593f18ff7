import { type Index, refreshTitle } from './catalogue/reindex.ts';
import { areDispensable, leavingOut } from './model/offered-plan.ts';
import { type Chunk, findRendition, type Plan } from './model/plan.ts';
import type { TitleRecord } from './model/title.ts';

/** A title goes on without what could not be made of it. False where the chunk is of anything that it cannot do without. */
export async function leaveOut(index: Index, title: TitleRecord, plan: Plan, { renditionIds }: Chunk): Promise<boolean> {
  if (!areDispensable(renditionIds.map((id) => findRendition(plan, id)))) return false;
  await index.store.writeTitle(leavingOut(title, renditionIds));
  await refreshTitle(index, title.id);
  return true;
}
