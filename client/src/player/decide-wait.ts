/** A shorter wait is no news: it would only flicker. */
export const NOTICE_AFTER_MS = 1_000;

export interface WaitFacts {
  /** Since when playback waits for data; undefined when it does not. */
  sinceMs: number | undefined;
  nowMs: number;
  /** What it waits for is not stored yet, for certain: it is not the line that is slow. */
  isBeingMade: boolean;
  /** The server cannot be reached, or playback has failed: that is said elsewhere. */
  isBroken: boolean;
  isShown: boolean;
}

export type WaitDecision = { kind: 'hide' } | { kind: 'show' } | { kind: 'look-again'; inMs: number };

/**
 * Whether to say that this part is being prepared. Once said it stays until playback goes on, over the moment in which the
 * segment is stored and not loaded yet. Pure.
 */
export function decideWait({ sinceMs, nowMs, isBeingMade, isBroken, isShown }: WaitFacts): WaitDecision {
  if (sinceMs === undefined || isBroken) return { kind: 'hide' };
  if (isShown) return { kind: 'show' };
  const leftMs = sinceMs + NOTICE_AFTER_MS - nowMs;
  if (leftMs > 0) return { kind: 'look-again', inMs: leftMs };
  return { kind: isBeingMade ? 'show' : 'hide' };
}
