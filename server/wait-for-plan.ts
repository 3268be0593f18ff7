import type { PipelineEvent } from '../pipeline/event-bus.ts';
import type { Plan } from '../pipeline/model/plan.ts';
import type { Services } from './services.ts';

/**
 * The current plan of a title; of one that is still waiting or being probed, when it comes, bounded by the signal.
 * Undefined when there is no such title, when it failed, and when the signal ended the wait.
 */
export async function waitForPlan({ store, catalogue, bus }: Services, titleId: string, signal: AbortSignal): Promise<Plan | undefined> {
  let unsubscribe = () => {};
  // Subscribed before the first look, so that a plan published in between is not missed.
  const settled = new Promise<void>((resolve) => {
    unsubscribe = bus.subscribe((event) => {
      if (isSettling(event, titleId)) resolve();
    });
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    const plan = await store.readPlan(titleId);
    if (plan !== undefined) return plan;
    const title = await catalogue.getTitle(titleId);
    if (title === undefined || title.state === 'failed') return undefined;
    await settled;
    return await store.readPlan(titleId);
  } finally {
    unsubscribe();
  }
}

function isSettling(event: PipelineEvent, titleId: string): boolean {
  if (!('titleId' in event) || event.titleId !== titleId) return false;
  return event.type === 'plan' || event.type === 'title-removed' || (event.type === 'title' && event.state === 'failed');
}
