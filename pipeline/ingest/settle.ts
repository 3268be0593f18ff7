/**
 * Decides when a file in the drop folder has arrived. Pure: it is fed what was seen of one file, look after look, and
 * answers what to do. No size threshold is trusted anywhere: copies over Samba have their full size from the first
 * moment (chokidar PR#471), and a slow copy stands still for any time (chokidar#675).
 */

/** What tells one state of a file from another. */
export interface FileState {
  sizeBytes: number;
  mtimeMs: number;
  inode: number;
}

/** One look at one file. */
export interface FileObservation extends FileState {
  atMs: number;
  /** Bytes that the file system has really given to the file; absent where it does not say. */
  allocatedBytes?: number;
  /** Whether a process has it open for writing; `unknown` where not every process can be asked, or it may be another machine's. */
  openForWriting: boolean | 'unknown';
  /** What the container says of itself: all there, something missing, or no way to tell. */
  container: Completeness;
}

export type Completeness = 'complete' | 'incomplete' | 'unknown';

export interface SettleSettings {
  /** A complete container settles when it stood still this long. */
  stillMs: number;
  /** Everything else settles after this quiet period. */
  quietMs: number;
  /** What seems unfinished, and may be in the hands of a writer that cannot be seen, is given up waiting for after this. */
  stalledMs: number;
}

export const DEFAULT_SETTLE_SETTINGS: SettleSettings = { stillMs: 2_000, quietMs: 10_000, stalledMs: 30_000 };

export type WaitReason = 'open' | 'growing' | 'incomplete' | 'quiet';

export type SettleDecision =
  | { kind: 'settled' }
  | { kind: 'gone' }
  /** `reason` is for people; `until` (ms) is when the next look is worth taking. */
  | { kind: 'wait'; reasonCode: WaitReason; reason: string; until: number };

/** What is remembered between two looks at a file. */
export interface SettleMemory extends FileState {
  /** Since when every look saw the same file, by our own clock. */
  unchangedSinceMs: number;
}

/** The reducer's step. `seen` is 'gone' when the file was not there; `memory` is undefined at the first look. */
export function settle(
  memory: SettleMemory | undefined,
  seen: FileObservation | 'gone',
  settings: SettleSettings = DEFAULT_SETTLE_SETTINGS,
): { memory: SettleMemory | undefined; decision: SettleDecision } {
  if (seen === 'gone') return { memory: undefined, decision: { kind: 'gone' } };
  const changed = memory !== undefined && !isSameFile(memory, seen);
  const unchangedSinceMs = memory === undefined || changed ? seen.atMs : memory.unchangedSinceMs;
  const next: SettleMemory = { sizeBytes: seen.sizeBytes, mtimeMs: seen.mtimeMs, inode: seen.inode, unchangedSinceMs };
  return { memory: next, decision: decide(seen, changed, unchangedSinceMs, settings) };
}

/** Whether two looks saw the same bytes, as far as size, time and inode can tell. */
export function isSameFile(a: FileState, b: FileState): boolean {
  return a.sizeBytes === b.sizeBytes && a.mtimeMs === b.mtimeMs && a.inode === b.inode;
}

/** The shortest time between two looks at a file. */
const SHORTEST_LOOK_MS = 250;
/** Between looks at a file that is open but no longer written to: closing it leaves no trace that could be waited for. */
const OPEN_LOOK_MS = 1_000;

function decide(seen: FileObservation, changed: boolean, unchangedSinceMs: number, settings: SettleSettings): SettleDecision {
  const waitFor = (reasonCode: WaitReason, reason: string, readyAtMs: number): SettleDecision => {
    // A look at least every `stillMs`, so that the reason shown to people is a true one.
    const until = Math.max(seen.atMs + SHORTEST_LOOK_MS, Math.min(readyAtMs, seen.atMs + settings.stillMs));
    return { kind: 'wait', reasonCode, reason, until };
  };
  if (seen.openForWriting === true) {
    const readyAtMs = seen.mtimeMs + settings.stillMs;
    return waitFor('open', 'A program still has it open for writing.', readyAtMs > seen.atMs ? readyAtMs : seen.atMs + OPEN_LOOK_MS);
  }
  const needed = neededStillness(seen, settings);
  const readyAtMs = Math.min(unchangedSinceMs + needed.seenMs, seen.mtimeMs + needed.mtimeAgeMs);
  if (seen.atMs >= readyAtMs) return { kind: 'settled' };
  if (changed) return waitFor('growing', 'It is still being written.', readyAtMs);
  if (seen.sizeBytes === 0) return waitFor('incomplete', 'It is empty so far.', readyAtMs);
  if (isReserved(seen)) return waitFor('incomplete', 'Its full size is reserved, but its contents have not all arrived.', readyAtMs);
  if (seen.container === 'incomplete') return waitFor('incomplete', 'Its end has not arrived yet.', readyAtMs);
  return waitFor('quiet', 'Waiting until it has stopped changing.', readyAtMs);
}

/**
 * How long a file must have stood still, by our own looks (`seenMs`) or by its modification time (`mtimeAgeMs`): either
 * will do. The modification time alone settles a file on the first look (a rename into place), so it counts only where
 * nothing speaks against it: a writer that cannot be seen may be on a machine with another clock.
 */
function neededStillness(seen: FileObservation, settings: SettleSettings): { seenMs: number; mtimeAgeMs: number } {
  const { stillMs, quietMs, stalledMs } = settings;
  const complete = seen.container === 'complete' && !isReserved(seen);
  const unfinished = seen.sizeBytes === 0 || seen.container === 'incomplete' || (isReserved(seen) && seen.container !== 'complete');
  if (seen.openForWriting === false) {
    if (complete) return { seenMs: stillMs, mtimeAgeMs: stillMs };
    return { seenMs: quietMs, mtimeAgeMs: unfinished ? Number.POSITIVE_INFINITY : quietMs };
  }
  if (complete) return { seenMs: stillMs, mtimeAgeMs: quietMs };
  const seenMs = seen.sizeBytes > 0 && (unfinished || isReserved(seen)) ? stalledMs : quietMs;
  return { seenMs, mtimeAgeMs: Number.POSITIVE_INFINITY };
}

/**
 * Space is reserved that nothing was written to. A twentieth is left to file systems that compress or keep small files
 * in their index.
 */
function isReserved(seen: FileObservation): boolean {
  return seen.allocatedBytes !== undefined && seen.allocatedBytes < seen.sizeBytes * 0.95 - 65_536;
}
