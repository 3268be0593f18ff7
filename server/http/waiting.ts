import type { Response } from 'express';

export interface WaitLimits {
  /** How long a request is held at most. */
  waitMs: number;
  /** Aborts when the server stops. */
  stopping: AbortSignal;
}

export interface Waiting {
  /** Ends the wait: the client has gone, the time is over, or the server stops. */
  signal: AbortSignal;
  /** Whether nobody is there any more to be answered. */
  isClientGone(): boolean;
}

/** Ends when the client has gone or the server stops: for answers that take as long as they take. */
export function untilGone(res: Response, stopping: AbortSignal): AbortSignal {
  const gone = new AbortController();
  // Before anybody listened, perhaps.
  if (res.destroyed) gone.abort();
  else res.once('close', () => gone.abort());
  return AbortSignal.any([gone.signal, stopping]);
}

/** For how long a request for what is not there yet may be held. Nothing waits for nobody, or for ever. */
export function startWaiting(res: Response, { waitMs, stopping }: WaitLimits): Waiting {
  return {
    signal: AbortSignal.any([untilGone(res, stopping), AbortSignal.timeout(waitMs)]),
    isClientGone: () => res.destroyed,
  };
}
