import type { RungAtPlace } from '../segments/prepared-parts.ts';

/**
 * What must be buffered before a higher rung is tried: it may have to be encoded first, and from cold a segment of four
 * seconds takes about half of that, twice as long beside other work.
 */
export const CLIMB_BUFFER_SECONDS = 8;

/** A rung that is encoded at twice the speed of the film is there in half a segment's time, and stays ahead. */
const FAST_SPEED = 2;
/** What is being made anyway need only keep up. */
const KEEPS_UP_SPEED = 1;

export interface RungQuestion {
  /** The rung that the line carries. */
  wanted: number;
  /** The rung that was loaded last; -1 before the first. */
  current: number;
  bufferSeconds: number;
  /** Playback begins here, or was sent here: nothing leads to it. */
  isNewPlace: boolean;
  /** Each rung, from the lowest up, at the place to be loaded; undefined where nothing is known. */
  rungs: readonly (RungAtPlace | undefined)[];
}

/**
 * The rung to load next, never above the one that the line carries. The buffer, not the line, pays for a rung that must be
 * encoded first: with less than the climb buffer ahead, what is stored goes before what must be made, and of that what this
 * machine makes fast enough. Pure.
 */
export function chooseRung({ wanted, current, bufferSeconds, isNewPlace, rungs }: RungQuestion): number {
  if (bufferSeconds >= CLIMB_BUFFER_SECONDS) return wanted;
  const kept = current >= 0 ? Math.min(current, wanted) : wanted;
  const knownKept = rungs[kept];
  if (knownKept === undefined || knownKept.place === 'stored') return kept;
  // Another rung would be a second encoding beside the one that is under way.
  if (knownKept.place === 'coming' && (knownKept.encodeSpeed ?? KEEPS_UP_SPEED) >= KEEPS_UP_SPEED) return kept;
  const stored = highest(rungs, wanted, ({ place }) => place === 'stored');
  if (stored !== undefined) return stored;
  // While playback goes on, no climb is encoded out of a short buffer.
  const limit = isNewPlace ? wanted : kept;
  const fast = highest(rungs, limit, ({ encodeSpeed }) => encodeSpeed !== null && encodeSpeed >= FAST_SPEED);
  if (fast !== undefined) return fast;
  const speeds = rungs.slice(0, limit + 1).map((rung) => rung?.encodeSpeed ?? undefined);
  // None is fast: the least slow. Where that is not known, what was played goes on.
  return speeds.every((speed) => speed !== undefined) ? speeds.indexOf(Math.max(...speeds)) : kept;
}

function highest(rungs: readonly (RungAtPlace | undefined)[], limit: number, isGood: (rung: RungAtPlace) => boolean): number | undefined {
  for (let index = Math.min(limit, rungs.length - 1); index >= 0; index--) {
    const rung = rungs[index];
    if (rung !== undefined && isGood(rung)) return index;
  }
  return undefined;
}
