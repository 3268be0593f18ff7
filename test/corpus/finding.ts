/** What became of one file. */
export interface Finding {
  file: string;
  kind: string;
  /** `fault`: neither a title that plays right nor a clear error. */
  outcome: Outcome;
  /** Of the error, or what kind of fault it is. */
  code: string;
  /** From the drop to the first moment it could be played, or to the error. */
  seconds: number | null;
  notes: string[];
}

export const OUTCOMES = ['plays', 'error', 'text', 'fault'] as const;
export type Outcome = (typeof OUTCOMES)[number];
