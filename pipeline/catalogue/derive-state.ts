import { offeredPlan } from '../model/offered-plan.ts';
import type { Plan } from '../model/plan.ts';
import type { Seconds } from '../model/time.ts';
import { timelineSeconds } from '../model/timeline/boundaries.ts';
import { segmentCount } from '../model/timeline/segments.ts';
import type { TitleRecord, TitleState } from '../model/title.ts';

export interface TitleProgress {
  state: TitleState;
  /** Null until planned; of an open timeline, what is known so far. */
  durationSeconds: Seconds | null;
  /** Over all that is offered of the current plan. */
  segmentsPlanned: number;
  /** Committed over planned, 0..1. */
  progress: number;
}

/**
 * How far a title is, from what the store holds: its record, its current plan, and how many segments of what is offered of it are
 * committed. Only `probing` while the probe runs cannot be seen there.
 */
export function deriveState(record: TitleRecord, plan: Plan | undefined, segmentsCommitted: number): TitleProgress {
  const segmentsPlanned = plan === undefined ? 0 : segmentCount(plan.timeline) * offeredPlan(plan, record).renditions.length;
  return {
    state: stateOf(record, plan, segmentsCommitted >= segmentsPlanned),
    durationSeconds: plan === undefined ? null : timelineSeconds(plan.timeline),
    segmentsPlanned,
    progress: progressOf(segmentsCommitted, segmentsPlanned),
  };
}

export function progressOf(segmentsCommitted: number, segmentsPlanned: number): number {
  return segmentsPlanned === 0 ? 0 : Math.min(1, segmentsCommitted / segmentsPlanned);
}

function stateOf(record: TitleRecord, plan: Plan | undefined, isWhole: boolean): TitleState {
  if (record.error !== undefined) return 'failed';
  if (plan === undefined) return record.sourceInfo === undefined ? 'waiting' : 'probing';
  if (!plan.timeline.ended) return record.kind === 'broadcast' ? 'live' : 'playable';
  return isWhole ? 'complete' : 'playable';
}

/** The plan revision that a rendition id belongs to: 0 without a suffix, 2 for `v720-r2` (see RenditionPlan). */
export function renditionRevision(renditionId: string): number {
  return Number(/-r(\d+)$/.exec(renditionId)?.[1] ?? 0);
}
