import type { AppError } from './errors.ts';
import type { TitleError } from './model/title.ts';

/** What keeps titles from going on for now: the machine's trouble, not the files'. Forgotten with the process, found again if it lasts. */
export interface TitleProblems {
  of(titleId: string): TitleError | undefined;
  note(titleId: string, error: AppError): void;
  clear(titleId: string): void;
}

/** `onChange` is told when what is known of a title became another thing. */
export function createTitleProblems(onChange: (titleId: string) => void): TitleProblems {
  const problems = new Map<string, TitleError>();
  return {
    of: (titleId) => problems.get(titleId),
    note(titleId, { code, message }) {
      if (problems.get(titleId)?.code === code) return;
      problems.set(titleId, { code, message });
      onChange(titleId);
    },
    clear(titleId) {
      if (problems.delete(titleId)) onChange(titleId);
    },
  };
}
