import type { AppError, ErrorCode } from './errors.ts';
import type { TitleError } from './model/title.ts';

/**
 * What keeps titles from going on for now: the machine's trouble, not the files'. Their work rests meanwhile, longer each time
 * that it comes to nothing. Forgotten with the process, found again if it lasts.
 */
export interface TitleProblems {
  of(titleId: string): TitleError | undefined;
  /** False when that is known already. */
  note(titleId: string, error: AppError): boolean;
  clear(titleId: string): void;
  /** Titles whose work rests now; `every` when the disk gives nobody room. */
  resting(): readonly string[] | 'every';
}

export interface TitleProblemsSettings {
  /** How long work rests after the first failure; doubled up to eight times that. */
  restMs: number;
  nowMs(): number;
  /** Told when what is known of a title became another thing. */
  onChange(titleId: string): void;
}

interface Rest {
  ms: number;
  untilMs: number;
}

const LONGEST_REST = 8;
/** What is in the way of one title is in the way of all, but for folders that may not be written. */
const OF_EVERY_TITLE: readonly ErrorCode[] = ['disk_full', 'store_failed'];
const OF_ONE_FOLDER = ['EACCES', 'EPERM'];

export function createTitleProblems({ restMs, nowMs, onChange }: TitleProblemsSettings): TitleProblems {
  const problems = new Map<string, TitleError>();
  const rests = new Map<string, Rest>();
  let restOfAll: Rest | undefined;

  /** Work that had begun before the rest fails in it, and prolongs nothing. */
  function prolong(rest: Rest | undefined): Rest {
    const now = nowMs();
    if (rest && now < rest.untilMs) return rest;
    const ms = rest ? Math.min(2 * rest.ms, LONGEST_REST * restMs) : restMs;
    return { ms, untilMs: now + ms };
  }

  return {
    of: (titleId) => problems.get(titleId),
    note(titleId, { code, message, details }) {
      if (OF_EVERY_TITLE.includes(code) && !OF_ONE_FOLDER.includes(String(details.errno))) restOfAll = prolong(restOfAll);
      else rests.set(titleId, prolong(rests.get(titleId)));
      if (problems.get(titleId)?.code === code) return false;
      problems.set(titleId, { code, message });
      onChange(titleId);
      return true;
    },
    clear(titleId) {
      rests.delete(titleId);
      restOfAll = undefined;
      if (problems.delete(titleId)) onChange(titleId);
    },
    resting() {
      const now = nowMs();
      if (restOfAll && now < restOfAll.untilMs) return 'every';
      return [...rests].filter(([, { untilMs }]) => now < untilMs).map(([titleId]) => titleId);
    },
  };
}
