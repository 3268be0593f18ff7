import type { Catalogue } from '../pipeline/catalogue/catalogue.ts';
import { measureRendition } from '../pipeline/model/hls/measure-rendition.ts';
import type { MeasuredBandwidths } from '../pipeline/model/hls/render-multivariant.ts';
import type { Plan } from '../pipeline/model/plan.ts';

/** Peak and average of every rendition that is complete; the others are left to the plan's estimate. */
export async function readMeasuredBandwidths(catalogue: Catalogue, plan: Plan): Promise<MeasuredBandwidths> {
  const measured = await Promise.all(
    plan.renditions.map(async (rendition) => {
      const bandwidth = measureRendition(plan.timeline, rendition, await catalogue.listSegments(plan.titleId, rendition.id));
      return bandwidth === undefined ? [] : [[rendition.id, bandwidth] as const];
    }),
  );
  return new Map(measured.flat());
}
