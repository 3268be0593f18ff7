import { type CommittedSegments, planMissingChunks, withChunks } from '../missing-chunks.ts';
import { type Chunk, codecOf, type Plan } from '../plan.ts';
import { ticksToSeconds, VIDEO_TIMESCALE } from '../time.ts';
import { segmentCount } from '../timeline/segments.ts';
import { endOfBegun, etaMs, isUnwatched, paceMs, type RunCause, type RunState, willBring } from './run-state.ts';

/** A chunk in the queue; `run` once a worker has said how far it is. */
export interface KnownChunk {
  id: string;
  chunk: Chunk;
  cause: RunCause;
  claimed: boolean;
  run: RunState | undefined;
}

/** What is known when a viewer asks for a segment that is not there. */
export interface DemandSituation {
  plan: Plan;
  renditionId: string;
  segment: number;
  /** Around the segment. */
  committed: CommittedSegments;
  /** All chunks of the title. */
  known: readonly KnownChunk[];
  nowMs: number;
  /** How long the segment takes from cold, alone. */
  coldMs: number;
}

export type Placement =
  /** Somebody is about to bring it. */
  | { kind: 'join' }
  /** To be encoded by a run of its own; where it lies far ahead in another run, that one gives it and what follows up first. */
  | { kind: 'queue'; chunk: Chunk; cut?: { run: RunState; endSegment: number } };

/** A run that would bring the segment is worth waiting for up to so many times the time of a cold one. */
const WORTH_WAITING = 1.5;
/** Of all titles. */
const MOST_SUSPENDED = 2;
/** Of a run of one rung this one and the next: a run of its own for it would hardly be sooner. */
const SOON_SEGMENTS = 1;

/**
 * Where the segment comes from: from whoever brings it soonest. After a seek, a run of its own is soonest; who has come here
 * from the segment before goes on, and one long run serves that viewer best.
 */
export function placeDemand(situation: AheadSituation): Placement | undefined {
  const { plan, renditionId, segment, known, committed, leadSegments } = situation;
  const brings = known.filter(({ chunk }) => covers(chunk, renditionId, segment));
  if (brings.some(({ claimed, cause }) => !claimed && cause === 'demand')) return { kind: 'join' };
  const claimed = brings.find((other) => other.claimed);
  if (claimed && isSoonEnough(claimed, situation)) return { kind: 'join' };
  // What the run gives up is nobody's.
  const others = known.filter((other) => other.claimed && other !== claimed);
  const sound = soundFor(plan, renditionId).filter((id) => !others.some((other) => covers(other.chunk, id, segment)));
  // Runs that stand still cost memory: where some do, nobody gets a long one (I10).
  const isCrowded = situation.suspendedRuns >= MOST_SUSPENDED;
  const longest = !isCrowded && committed.get(renditionId)?.has(segment - 1) ? 1 + leadSegments : 1;
  const renditionIds = [renditionId, ...sound];
  const endSegment = Math.min(segment + longest, segmentCount(plan.timeline), nextClaimed(others, renditionIds, segment));
  const within = { firstSegment: segment, endSegment, renditionIds };
  const [chunk] = planMissingChunks(plan, committed, { within, maxSegments: longest });
  if (!chunk) return undefined;
  return claimed?.run ? { kind: 'queue', chunk, cut: { run: claimed.run, endSegment: segment } } : { kind: 'queue', chunk };
}

/** Where somebody else is at work already. */
function nextClaimed(others: readonly KnownChunk[], renditionIds: readonly string[], segment: number): number {
  const starts = others
    .filter(({ chunk }) => chunk.firstSegment > segment && chunk.renditionIds.some((id) => renditionIds.includes(id)))
    .map(({ chunk }) => chunk.firstSegment);
  return Math.min(Number.POSITIVE_INFINITY, ...starts);
}

function isSoonEnough({ run }: KnownChunk, situation: DemandSituation): boolean {
  const { renditionId, segment, nowMs, coldMs } = situation;
  if (!run) return true;
  // It was there and is gone, evicted or removed, while the run went on: that will not bring it again.
  if (!willBring(run, renditionId, segment)) return false;
  const at = run.next[renditionId] ?? run.chunk.firstSegment;
  const rungs = countRungs(run, situation);
  if (rungs <= 1 && segment <= at + SOON_SEGMENTS) return true;
  return etaMs(run, renditionId, segment, nowMs, coldMs * rungs) <= WORTH_WAITING * coldMs;
}

/** What a run costs goes by its pictures; sound is next to nothing. */
function countRungs(run: RunState, { plan }: DemandSituation): number {
  const isRung = (id: string): boolean => plan.renditions.some((rendition) => rendition.id === id && rendition.kind === 'video');
  return run.chunk.renditionIds.filter(isRung).length;
}

export interface AheadSituation extends DemandSituation {
  leadSegments: number;
  /** How many encoders stand still, of all titles. */
  suspendedRuns: number;
}

export interface LeadPlan {
  chunk: Chunk;
  /** Runs that are too slow for a viewer, and give up what the lead takes over. */
  cuts: { run: RunState; endSegment: number }[];
}

/**
 * The chunk that keeps the lead ahead of a viewer at `segment`: from the first segment that nobody has or makes soon enough,
 * a whole lead long, so that runs are few and long. Undefined while at least half of the lead is taken care of.
 */
export function planLead(situation: AheadSituation): LeadPlan | undefined {
  const { plan, renditionId, segment, committed, known, leadSegments } = situation;
  const slow = known.flatMap(({ run }) => (run && isTooSlow(run, situation) ? [run] : []));
  const counted = known.filter(({ claimed, cause }) => claimed || cause === 'demand' || cause === 'lead');
  const taken = withChunks(
    committed,
    counted.map(({ chunk, run }) => (run && slow.includes(run) ? { ...chunk, endSegment: endOfBegun(run) } : chunk)),
  );
  const within = {
    firstSegment: segment + 1,
    endSegment: Math.min(segment + 1 + leadSegments + Math.ceil(leadSegments / 2), segmentCount(plan.timeline)),
    renditionIds: [renditionId, ...soundFor(plan, renditionId)],
  };
  const [chunk] = planMissingChunks(plan, taken, { within, maxSegments: leadSegments });
  if (!chunk || chunk.firstSegment > segment + 1 + leadSegments / 2) return undefined;
  const overlapping = slow.filter((run) => chunk.renditionIds.some((id) => overlaps(run, id, chunk)));
  return { chunk, cuts: overlapping.map((run) => ({ run, endSegment: chunk.firstSegment })) };
}

/** The background makes all rungs at once. Where that takes longer than watching one, a viewer would catch up with it. */
const SLOWEST_SHARE = 0.8;

function isTooSlow(run: RunState, situation: DemandSituation): boolean {
  const { plan, renditionId, nowMs, coldMs } = situation;
  if (!isUnwatched(run.cause) || run.next[renditionId] === undefined) return false;
  const filmMs = 1000 * ticksToSeconds(longestSegment(plan), VIDEO_TIMESCALE);
  return paceMs(run, renditionId, nowMs, coldMs * countRungs(run, situation)) > SLOWEST_SHARE * filmMs;
}

function longestSegment({ timeline: { boundaries } }: Plan): number {
  return Math.max(...boundaries.slice(1, 8).map((end, index) => end - (boundaries[index] ?? 0)));
}

function overlaps({ chunk }: RunState, renditionId: string, other: Chunk): boolean {
  return chunk.renditionIds.includes(renditionId) && chunk.firstSegment < other.endSegment && other.firstSegment < chunk.endSegment;
}

/**
 * The rungs beside the one that is watched, which a player goes to next, over the lead: for who has begun at the start or
 * plays on. Who has just come to a place by a seek may be gone at once, and every such chunk is one more decode.
 */
export function planPrefetch({ plan, renditionId, segment, committed, known, leadSegments }: AheadSituation): Chunk | undefined {
  const beside = rungsBeside(plan, renditionId);
  const playsOn = segment === 0 || committed.get(renditionId)?.has(segment - 1);
  if (beside.length === 0 || !playsOn) return undefined;
  const taken = withChunks(
    committed,
    known.filter(({ claimed, cause }) => claimed || !isUnwatched(cause)).map(({ chunk }) => chunk),
  );
  const within = {
    firstSegment: segment + 1,
    endSegment: Math.min(segment + 1 + leadSegments, segmentCount(plan.timeline)),
    renditionIds: beside,
  };
  const [chunk] = planMissingChunks(plan, taken, { within, maxSegments: leadSegments });
  return chunk && chunk.firstSegment <= segment + 1 + leadSegments / 2 ? chunk : undefined;
}

/** A picture is asked for together with the sound that goes with it. */
export function soundFor(plan: Plan, renditionId: string): string[] {
  if (plan.renditions.find((rendition) => rendition.id === renditionId)?.kind !== 'video') return [];
  const sounds = plan.renditions.filter((rendition) => rendition.kind === 'audio');
  const main = sounds.find((rendition) => rendition.isDefault) ?? sounds[0];
  return main ? [main.id] : [];
}

export function rungsBeside(plan: Plan, renditionId: string): string[] {
  const all = plan.renditions.filter((rendition) => rendition.kind === 'video');
  const watched = all.find((rung) => rung.id === renditionId);
  if (!watched) return [];
  // Players stay with a codec.
  const rungs = all.filter((rung) => codecOf(rung) === codecOf(watched)).sort((a, b) => a.width * a.height - b.width * b.height);
  const at = rungs.indexOf(watched);
  return [rungs[at + 1], rungs[at - 1]].flatMap((rung) => (rung ? [rung.id] : []));
}

export function covers(chunk: Pick<Chunk, 'renditionIds' | 'firstSegment' | 'endSegment'>, renditionId: string, segment: number): boolean {
  return chunk.renditionIds.includes(renditionId) && chunk.firstSegment <= segment && segment < chunk.endSegment;
}
