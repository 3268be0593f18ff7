import { startRenditions } from './hls/render-multivariant.ts';
import { type Chunk, codecOf, type Plan, type RenditionPlan, type Timeline, type VideoCodec } from './plan.ts';
import { VIDEO_TIMESCALE } from './time.ts';
import { segmentCount } from './timeline/segments.ts';

/** The committed segments of each rendition, by id. */
export type CommittedSegments = ReadonlyMap<string, ReadonlySet<number>>;

export interface MissingOptions {
  /** [start, end) of what to look at; the whole title when absent. */
  within?: { firstSegment: number; endSegment: number; renditionIds?: readonly string[] };
  /** The longest chunk. */
  maxSegments: number;
}

/** Segments of a title's first chunk: the ramp, four seconds. */
const START_SEGMENTS = 3;
const START_TICKS = 4 * VIDEO_TIMESCALE;
/** A first segment that is longer, as a copied picture may ask for, is a run of its own: that gives it sooner (decision 0010). */
const LONGEST_FIRST_TICKS = 1.5 * VIDEO_TIMESCALE;

/** What a player starts with, as runs. */
function startRuns({ boundaries, followsSource }: Timeline): { firstSegment: number; endSegment: number }[] {
  const isLong = followsSource && (boundaries[1] ?? 0) > LONGEST_FIRST_TICKS;
  const enough = isLong ? boundaries.findIndex((ticks) => ticks >= START_TICKS) : START_SEGMENTS;
  const endSegment = Math.min(START_SEGMENTS, boundaries.length - 1, enough > 0 ? enough : START_SEGMENTS);
  const whole = { firstSegment: 0, endSegment };
  return isLong && endSegment > 1
    ? [
        { ...whole, endSegment: 1 },
        { ...whole, firstSegment: 1 },
      ]
    : [whole];
}

/** All that a title lacks: `rest` of what every player plays, then `further` of codecs that some players play. */
export interface TitleChunks {
  rest: Chunk[];
  further: Chunk[];
}

/**
 * The order of a title's work: first what a player starts with, in a chunk of its own (one rung is encoded several times
 * faster than a ladder), then what is copied, over the whole title, then all else that is missing.
 */
export function planTitleChunks(
  plan: Plan,
  committed: CommittedSegments,
  maxSegments: number,
): TitleChunks & { start: Chunk[]; copies: Chunk[] } {
  const renditionIds = startRenditions(plan).map((rendition) => rendition.id);
  const start = startRuns(plan.timeline).flatMap((run) =>
    planMissingChunks(plan, committed, { within: { ...run, renditionIds }, maxSegments }),
  );
  const copies = planInOneGo(plan, withChunks(committed, start), ({ copied }) => copied !== undefined);
  return { start, copies, ...planEveryChunk(plan, withChunks(committed, [...start, ...copies]), maxSegments) };
}

/**
 * The I-frames, which cost next to nothing, in one run from end to end; then the rest in playing order, one further codec after the
 * other: they take several times as long, and in one decode with the rest would hold it up.
 */
export function planEveryChunk(plan: Plan, committed: CommittedSegments, maxSegments: number): TitleChunks {
  const iframes = planInOneGo(plan, committed, ({ kind }) => kind === 'iframe');
  const [streams = [], ...further] = codecGroups(plan).map((renditionIds) => {
    const within = { firstSegment: 0, endSegment: segmentCount(plan.timeline), renditionIds };
    return planMissingChunks(plan, committed, { within, maxSegments });
  });
  return { rest: [...iframes, ...streams], further: further.flat() };
}

function planInOneGo(plan: Plan, committed: CommittedSegments, isWanted: (rendition: RenditionPlan) => boolean): Chunk[] {
  const endSegment = segmentCount(plan.timeline);
  const renditionIds = plan.renditions.filter(isWanted).map(({ id }) => id);
  return planMissingChunks(plan, committed, { within: { firstSegment: 0, endSegment, renditionIds }, maxSegments: endSegment });
}

/** The renditions that are encoded together: sound and H.264, then those of each further codec in the plan's order. */
function codecGroups({ renditions }: Plan): string[][] {
  const groups = new Map<VideoCodec, string[]>([['h264', []]]);
  for (const rendition of renditions.filter(({ kind }) => kind !== 'iframe')) {
    const codec = rendition.kind === 'video' ? codecOf(rendition) : 'h264';
    groups.set(codec, [...(groups.get(codec) ?? []), rendition.id]);
  }
  return [...groups.values()];
}

/** As if those chunks were done: what is queued needs no second place in the queue. */
export function withChunks(committed: CommittedSegments, chunks: readonly Chunk[]): CommittedSegments {
  const all = new Map([...committed].map(([id, segments]) => [id, new Set(segments)]));
  for (const chunk of chunks) {
    for (const id of chunk.renditionIds) {
      const segments = all.get(id) ?? new Set<number>();
      for (let segment = chunk.firstSegment; segment < chunk.endSegment; segment++) segments.add(segment);
      all.set(id, segments);
    }
  }
  return all;
}

/**
 * What is still to be encoded, as chunks in playing order: runs of segments that lack the same renditions, so that one
 * decode serves them all.
 */
export function planMissingChunks(plan: Plan, committed: CommittedSegments, options: MissingOptions): Chunk[] {
  const { firstSegment, endSegment } = options.within ?? { firstSegment: 0, endSegment: segmentCount(plan.timeline) };
  const wanted = plan.renditions.map((rendition) => rendition.id).filter((id) => options.within?.renditionIds?.includes(id) ?? true);
  const chunks: Chunk[] = [];
  for (let segment = firstSegment; segment < endSegment; segment++) {
    const renditionIds = wanted.filter((id) => !committed.get(id)?.has(segment));
    if (renditionIds.length === 0) continue;
    const last = chunks.at(-1);
    const hasRoom = last !== undefined && last.endSegment - last.firstSegment < options.maxSegments;
    if (hasRoom && last.endSegment === segment && sameIds(last.renditionIds, renditionIds)) last.endSegment = segment + 1;
    else chunks.push({ titleId: plan.titleId, planRevision: plan.revision, renditionIds, firstSegment: segment, endSegment: segment + 1 });
  }
  return chunks;
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
