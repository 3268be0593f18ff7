import { offeredPlan } from '../pipeline/model/offered-plan.ts';
import { segmentRuns } from '../pipeline/model/work/segment-runs.ts';
import type { TitleSegmentsView } from '../pipeline/model/work/work-view.ts';
import type { Services } from './services.ts';

/** Which segments of a title there are, as the API tells it; nothing of a title that is not planned yet. */
export async function readSegmentsView(
  { store, catalogue }: Pick<Services, 'store' | 'catalogue'>,
  titleId: string,
): Promise<TitleSegmentsView> {
  const [plan, title] = await Promise.all([store.readPlan(titleId), catalogue.getTitle(titleId)]);
  if (plan === undefined) return { boundaryTicks: [], renditions: [] };
  const renditions = offeredPlan(plan, title?.record ?? {}).renditions.map(async ({ id, kind }) => {
    const stored = await catalogue.listSegments(titleId, id);
    return { id, kind, segments: segmentRuns(stored.map(({ segment }) => segment)) };
  });
  return { boundaryTicks: plan.timeline.boundaries, renditions: await Promise.all(renditions) };
}
