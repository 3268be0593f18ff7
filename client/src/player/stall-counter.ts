/** A wait that is shorter is not seen. */
export const STALL_MS = 250;

export interface StallCounter {
  /** Playback waits for data though it should go on. Waits before the first frame and after a seek are not stalls. */
  wait(nowMs: number): void;
  /** It goes on, was paused, seeks, or ended: the wait is over. */
  resume(nowMs: number): void;
  read(nowMs: number): { count: number; totalMs: number };
}

/** Counts the waits that a viewer notices. Pure: the clock is the caller's. */
export function createStallCounter(): StallCounter {
  let waitingSinceMs: number | undefined;
  let count = 0;
  let totalMs = 0;

  return {
    wait(nowMs) {
      waitingSinceMs ??= nowMs;
    },
    resume(nowMs) {
      if (waitingSinceMs === undefined) return;
      const lastedMs = nowMs - waitingSinceMs;
      waitingSinceMs = undefined;
      if (lastedMs <= STALL_MS) return;
      count += 1;
      totalMs += lastedMs;
    },
    read(nowMs) {
      // One that still lasts counts as soon as it is long enough.
      const lastingMs = waitingSinceMs === undefined ? 0 : nowMs - waitingSinceMs;
      return lastingMs > STALL_MS ? { count: count + 1, totalMs: totalMs + lastingMs } : { count, totalMs };
    },
  };
}
