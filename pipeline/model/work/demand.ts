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
  /** Somebody went on from here on another rung: unless it is asked again until then, it was the same viewer. */
  doubtedUntilMs?: number;
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
  state: 'asked' | 'waiting' | 'answered' | 'left';
}

export const NO_DEMAND: Demand = { heads: [], waits: [] };

/** A player asks for one segment after the other, and sometimes for one again: whoever asks within this is the same viewer. */
const STEP_SEGMENTS = 3;
/** More places than this are more than one machine serves cold; the longest silent are forgotten first (I10). */
const MOST_HEADS = 512;

export interface DemandClock {
  nowMs: number;
  /** How long a viewer may ask nothing and still watch: a player with a full buffer asks once a segment. */
  doubtMs: number;
}

export function noteDemand(demand: Demand, news: DemandNews, { nowMs, doubtMs }: DemandClock): Demand {
  if (news.state === 'left') return withoutViewer(demand, news);
  const heads = withHead(demand.heads, news, nowMs, doubtMs);
  // Whoever was answered, even that it is not there yet, was here until now, and will ask again.
  if (news.state === 'answered') return { heads, waits: withoutWaiter(demand.waits, news) };
  const waits = news.state === 'waiting' ? withWaiter(demand.waits, news, nowMs) : demand.waits;
  return { heads, waits };
}

/** Without the viewers who have asked nothing for `idleMs`. Who waits is not idle. */
export function forgetIdle(demand: Demand, nowMs: number, idleMs: number): Demand {
  const isIdle = ({ atMs, doubtedUntilMs = Number.POSITIVE_INFINITY }: PlayHead): boolean =>
    nowMs - atMs >= idleMs || nowMs >= doubtedUntilMs;
  const heads = demand.heads.filter((head) => !isIdle(head) || demand.waits.some((wait) => isAt(wait, head)));
  return heads.length === demand.heads.length ? demand : { ...demand, heads };
}

/** Whether the segment lies where somebody watches: from a little behind the play head to `leadSegments` ahead of it. */
export function isWatched(demand: Demand, place: Omit<DemandNews, 'state'>, leadSegments: number): boolean {
  const { segment } = place;
  return demand.heads.some(
    (head) => isSameRendition(head, place) && segment >= head.segment - leadSegments && segment <= head.segment + leadSegments,
  );
}

function withHead(heads: readonly PlayHead[], { titleId, renditionId, segment }: DemandNews, nowMs: number, doubtMs: number): PlayHead[] {
  const moved = { titleId, renditionId, segment, atMs: nowMs };
  const others = heads
    .filter((head) => !(isSameRendition(head, moved) && isNear(head, moved)))
    .map((head) => (isOtherRung(head, moved) && isNear(head, moved) ? { doubtedUntilMs: nowMs + doubtMs, ...head } : head));
  return [moved, ...others].slice(0, MOST_HEADS);
}

function isNear(a: PlayHead, b: PlayHead): boolean {
  return Math.abs(a.segment - b.segment) <= STEP_SEGMENTS;
}

/** Ids begin with their kind: `v720`, `a1`. A sound is heard beside a rung, not instead of it. */
function isOtherRung(a: PlayHead, b: PlayHead): boolean {
  return a.titleId === b.titleId && a.renditionId !== b.renditionId && a.renditionId.startsWith('v') && b.renditionId.startsWith('v');
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

/** Who gave up waiting has gone elsewhere: nobody is there any more, unless others wait as well. */
function withoutViewer({ heads, waits }: Demand, news: DemandNews): Demand {
  const left = withoutWaiter(waits, news);
  return { heads: left.some((wait) => isAt(wait, news)) ? heads : heads.filter((head) => !isAt(head, news)), waits: left };
}

type Place = Omit<DemandNews, 'state'>;

function isSameRendition(a: Pick<Place, 'titleId' | 'renditionId'>, b: Pick<Place, 'titleId' | 'renditionId'>): boolean {
  return a.titleId === b.titleId && a.renditionId === b.renditionId;
}

function isAt(a: Place, b: Place): boolean {
  return isSameRendition(a, b) && a.segment === b.segment;
}
