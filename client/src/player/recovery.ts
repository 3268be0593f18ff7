import type { PlaybackProblem } from '../texts.ts';

/** Of hls.js's fatal error, what decides. */
export interface FatalError {
  /** `networkError`, `mediaError`, … */
  type: string;
  /** `fragLoadTimeOut`, … */
  details: string;
  httpStatus?: number;
}

export interface Attempts {
  network: number;
  media: number;
}

export type Recovery = { kind: 'restart-load' } | { kind: 'recover-media' } | { kind: 'give-up'; problem: PlaybackProblem };

/** One attempt of each kind, then a sentence and a button: a player that tries for ever looks broken. Pure. */
export function decideRecovery(error: FatalError, attempts: Attempts): Recovery {
  // What is not there will not be there a moment later; a new plan has new addresses, which only a new start learns.
  const isGone = error.httpStatus === 404 || error.httpStatus === 410;
  if (error.type === 'networkError' && !isGone && attempts.network === 0) return { kind: 'restart-load' };
  if (error.type === 'mediaError' && attempts.media === 0) return { kind: 'recover-media' };
  return { kind: 'give-up', problem: nameProblem(error, isGone) };
}

function nameProblem({ type, details, httpStatus }: FatalError, isGone: boolean): PlaybackProblem {
  if (isGone) return 'gone';
  if (type === 'mediaError') return 'decode';
  if (type !== 'networkError') return 'unknown';
  return httpStatus === 503 || details.endsWith('TimeOut') ? 'slow' : 'network';
}
