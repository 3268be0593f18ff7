import type { EventBus } from '../event-bus.ts';
import type { Catalogue } from './catalogue.ts';
import { progressOf } from './derive-state.ts';

/** Publishes the title's state and progress as the catalogue has them now; nothing of a title that is not there. */
export async function tellTitle({ catalogue, bus }: { catalogue: Catalogue; bus: EventBus }, titleId: string): Promise<void> {
  const title = await catalogue.getTitle(titleId);
  if (!title) return;
  const { state, segmentsCommitted, segmentsPlanned } = title;
  bus.publish({ type: 'title', titleId, state, progress: progressOf(segmentsCommitted, segmentsPlanned) });
}
