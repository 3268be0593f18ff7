import type { Catalogue } from '../pipeline/catalogue/catalogue.ts';
import type { MeasuredBandwidth } from '../pipeline/model/hls/measure-bandwidth.ts';
import { measureRendition } from '../pipeline/model/hls/measure-rendition.ts';
import type { MeasuredBandwidths } from '../pipeline/model/hls/render-multivariant.ts';
import type { Plan } from '../pipeline/model/plan.ts';

/**
 * Peak and average of every rendition that is complete, or was until segments of it were evicted: made again they are
 * nearly as large, while the plan's estimate is far above most films and would send players to a lower rung. Renditions
 * that never were complete are left to the estimate.
 */
export async function readMeasuredBandwidths(catalogue: Catalogue, plan: Plan): Promise<MeasuredBandwidths> {
  const { titleId } = plan;
  const kept = await catalogue.keptBandwidths(titleId);
  const bandwidths = new Map<string, MeasuredBandwidth>();
  for (const rendition of plan.renditions) {
    const before = kept.get(rendition.id);
    const measured = measureRendition(plan.timeline, rendition, await catalogue.listSegments(titleId, rendition.id));
    if (measured !== undefined && !isSame(measured, before)) {
      // On a full disk playlists are served all the same; it is kept the next time.
      await catalogue.keepBandwidth(titleId, rendition.id, measured).catch(() => {});
    }
    const known = measured ?? before;
    if (known !== undefined) bandwidths.set(rendition.id, known);
  }
  return bandwidths;
}

function isSame(one: MeasuredBandwidth, other: MeasuredBandwidth | undefined): boolean {
  return one.peakBps === other?.peakBps && one.averageBps === other.averageBps;
}
