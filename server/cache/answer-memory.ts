import type { Answer } from '../http/answer.ts';
import type { MediaTarget } from '../http/media-path.ts';

/** An answer in use. Whoever opens one closes it when it is sent; only then its bytes are free again. */
export interface OpenAnswer {
  readonly path: string;
  readonly target: MediaTarget;
  readonly answer: Answer;
  /** When it was last known to be what is stored. */
  checkedAtMs: number;
  /** Of what its title was then; see createAnswerCache. */
  version: number;
  /** What it takes up. */
  heldBytes: number;
  users: number;
  isKept: boolean;
}

export interface AnswerMemory {
  get(path: string): OpenAnswer | undefined;
  /** Makes room, by what was not asked for the longest and nobody is being sent. False where that is not enough. */
  reserve(sizeBytes: number): boolean;
  release(sizeBytes: number): void;
  /** Its bytes are reserved. */
  keep(open: OpenAnswer): void;
  drop(path: string): void;
  dropTitle(titleId: string): void;
  /** Somebody has been sent it. */
  leave(open: OpenAnswer): void;
  /** All that is held, also what is only being sent. */
  usedBytes(): number;
  count(): number;
}

/** A file that is larger than this share of the memory would push out too much. */
const LARGEST_SHARE = 1 / 4;

/**
 * Answers in memory, within `maxBytes` (I10). What is dropped while clients are still being sent it counts until the last of them
 * has it: slow clients cannot make it more.
 */
export function createAnswerMemory(maxBytes: number): AnswerMemory {
  /** In the order in which they were asked for last. */
  const kept = new Map<string, OpenAnswer>();
  let usedBytes = 0;

  function forget(open: OpenAnswer): void {
    kept.delete(open.path);
    open.isKept = false;
    if (open.users === 0) free(open);
  }

  function free(open: OpenAnswer): void {
    usedBytes -= open.heldBytes;
    open.heldBytes = 0;
  }

  return {
    get(path) {
      const open = kept.get(path);
      if (open === undefined) return undefined;
      kept.delete(path);
      kept.set(path, open);
      return open;
    },
    reserve(sizeBytes) {
      if (sizeBytes > maxBytes * LARGEST_SHARE) return false;
      for (const open of kept.values()) {
        if (usedBytes + sizeBytes <= maxBytes) break;
        if (open.users === 0) forget(open);
      }
      if (usedBytes + sizeBytes > maxBytes) return false;
      usedBytes += sizeBytes;
      return true;
    },
    release(sizeBytes) {
      usedBytes -= sizeBytes;
    },
    keep(open) {
      const before = kept.get(open.path);
      if (before !== undefined) forget(before);
      open.isKept = true;
      kept.set(open.path, open);
    },
    drop(path) {
      const open = kept.get(path);
      if (open !== undefined) forget(open);
    },
    dropTitle(titleId) {
      for (const open of kept.values()) if (open.target.titleId === titleId) forget(open);
    },
    leave(open) {
      open.users -= 1;
      if (open.users === 0 && !open.isKept) free(open);
    },
    usedBytes: () => usedBytes,
    count: () => kept.size,
  };
}
