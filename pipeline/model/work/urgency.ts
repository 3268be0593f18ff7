import type { Demand } from './demand.ts';
import { type RunReport, willBring } from './run-state.ts';

/**
 * How urgent a chunk is. `waited`: somebody is held until it brings a segment. `ahead`: somebody will come to it within the
 * lead. `start`: a new title cannot be played without it. `copying`: it needs next to nothing of the machine. `beside`: on another rung of where somebody watches. `nobody`: it was
 * meant for viewers, and they have left: it only finishes what it has begun. `later`: whenever there is nothing better to do.
 */
export type UrgencyLevel = 'waited' | 'ahead' | 'start' | 'copying' | 'beside' | 'nobody' | 'later';

export interface Urgency {
  level: UrgencyLevel;
  /** Since when the one waits who has waited longest; undefined when nobody does. */
  sinceMs: number | undefined;
  /** Places where somebody watches that it is for. */
  viewers: number;
}

const ORDER: readonly UrgencyLevel[] = ['waited', 'ahead', 'start', 'copying', 'beside', 'nobody', 'later'];

export type UrgencySubject = Pick<RunReport, 'titleId' | 'cause' | 'chunk' | 'next'>;

/** Of a chunk that runs, or is still queued (then `next` is its first segment). */
export function urgencyOf(subject: UrgencySubject, demand: Demand, leadSegments: number): Urgency {
  const { titleId, cause, chunk, next } = subject;
  const waits = demand.waits.filter((wait) => wait.titleId === titleId && willBring(subject, wait.renditionId, wait.segment));
  const heads = demand.heads.filter((head) => head.titleId === titleId && head.segment < chunk.endSegment);
  const ahead = heads.filter((head) => isWithin(next[head.renditionId], head.segment + leadSegments));
  const viewers = Math.max(
    ahead.length,
    waits.reduce((sum, wait) => sum + wait.viewers, 0),
  );
  if (waits.length > 0) return { level: 'waited', sinceMs: Math.min(...waits.map((wait) => wait.sinceMs)), viewers };
  if (ahead.length > 0) return { level: 'ahead', sinceMs: undefined, viewers };
  const isBeside = heads.some((head) => isWithin(chunk.firstSegment, head.segment + 2 * leadSegments));
  const unwatched: Record<typeof cause, UrgencyLevel> = {
    ...{ demand: 'nobody', lead: 'nobody', first: 'start', copy: 'copying', background: 'later', further: 'later' },
    prefetch: isBeside ? 'beside' : 'nobody',
  };
  return { level: unwatched[cause], sinceMs: undefined, viewers };
}

function isWithin(segment: number | undefined, end: number): boolean {
  return segment !== undefined && segment <= end;
}

/** Negative when `a` goes first. */
export function compareUrgency(a: Urgency, b: Urgency): number {
  const levels = ORDER.indexOf(a.level) - ORDER.indexOf(b.level);
  return levels !== 0 ? levels : (a.sinceMs ?? 0) - (b.sinceMs ?? 0);
}

/** Whether `a` is of a more urgent kind than `b`. */
export function isMoreUrgent(a: UrgencyLevel, b: UrgencyLevel): boolean {
  return ORDER.indexOf(a) < ORDER.indexOf(b);
}
