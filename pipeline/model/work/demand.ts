/**
 * What viewers do, as far as the server can see it: their requests. A play head is where one viewer, or several together,
 * has asked last in a rendition; a wait is a request that is held because its segment is not there yet.
 */
export interface Demand {
  heads: readonly PlayHead[];
  waits: readonly Wait[];
}

export interface PlayHead {
  titleId: string;
  renditionId: string;
  /** The segment that was asked for last. */
  segment: number;
  atMs: number;
}

export interface Wait {
  titleId: string;
  renditionId: string;
  segment: number;
  sinceMs: number;
  viewers: number;
}

export interface DemandNews {
  titleId: string;
  renditionId: string;
  segment: number;
  state: 'asked' | 'waiting' | 'answered';
}

export const NO_DEMAND: Demand = { heads: [], waits: [] };

/** A player asks for one segment after the other, and sometimes for one again: whoever asks within this is the same viewer. */
const STEP_SEGMENTS = 3;
/** More places than this are more than one machine serves cold; the longest silent are forgotten first (I10). */
const MOST_HEADS = 512;

export function noteDemand(demand: Demand, news: DemandNews, nowMs: number): Demand {
  if (news.state === 'answered') return { ...demand, waits: withoutWaiter(demand.waits, news) };
  const waits = news.state === 'waiting' ? withWaiter(demand.waits, news, nowMs) : demand.waits;
  return { heads: withHead(demand.heads, news, nowMs), waits };
}

/** Without the viewers who have asked nothing for `idleMs`. Who waits is not idle. */
export function forgetIdle(demand: Demand, nowMs: number, idleMs: number): Demand {
  const heads = demand.heads.filter((head) => nowMs - head.atMs < idleMs || demand.waits.some((wait) => isAt(wait, head)));
  return heads.length === demand.heads.length ? demand : { ...demand, heads };
}

/** Whether the segment lies where somebody watches: from a little behind the play head to `leadSegments` ahead of it. */
export function isWatched(demand: Demand, place: Omit<DemandNews, 'state'>, leadSegments: number): boolean {
  const { segment } = place;
  return demand.heads.some(
    (head) => isSameRendition(head, place) && segment >= head.segment - leadSegments && segment <= head.segment + leadSegments,
  );
}

function withHead(heads: readonly PlayHead[], { titleId, renditionId, segment }: DemandNews, nowMs: number): PlayHead[] {
  const moved = { titleId, renditionId, segment, atMs: nowMs };
  const others = heads.filter((head) => !(isSameRendition(head, moved) && Math.abs(segment - head.segment) <= STEP_SEGMENTS));
  return [moved, ...others].slice(0, MOST_HEADS);
}

function withWaiter(waits: readonly Wait[], news: DemandNews, nowMs: number): Wait[] {
  const known = waits.find((wait) => isAt(wait, news));
  if (known) return waits.map((wait) => (wait === known ? { ...wait, viewers: wait.viewers + 1 } : wait));
  const { titleId, renditionId, segment } = news;
  return [...waits, { titleId, renditionId, segment, sinceMs: nowMs, viewers: 1 }];
}

function withoutWaiter(waits: readonly Wait[], news: DemandNews): Wait[] {
  return waits.map((wait) => (isAt(wait, news) ? { ...wait, viewers: wait.viewers - 1 } : wait)).filter(({ viewers }) => viewers > 0);
}

type Place = Omit<DemandNews, 'state'>;

function isSameRendition(a: Pick<Place, 'titleId' | 'renditionId'>, b: Pick<Place, 'titleId' | 'renditionId'>): boolean {
  return a.titleId === b.titleId && a.renditionId === b.renditionId;
}

function isAt(a: Place, b: Place): boolean {
  return isSameRendition(a, b) && a.segment === b.segment;
}
