import type { ErrorRequestHandler } from 'express';
import { AppError, toAppError } from '../../pipeline/errors.ts';
import type { Log } from '../../pipeline/log.ts';
import { cacheControl } from './cache-policy.ts';
import { renderProblem } from './problem.ts';

/** The one place where an error becomes an answer: problem+json, never a stack. */
export function errorHandler(log: Log): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    const known = fromFramework(error) ?? toAppError(error);
    const { status, headers, body } = renderProblem(known);
    if (status >= 500 && status !== 503)
      log.error({ err: error, details: known.details, method: req.method, url: req.url }, 'request failed');
    // The head is out or the client is: only the connection is left to end.
    if (res.headersSent || res.destroyed) {
      res.destroy();
      return;
    }
    for (const name of ['Content-Encoding', 'Content-Length', 'ETag', 'Accept-Ranges']) res.removeHeader(name);
    res.set({ ...headers, 'Cache-Control': cacheControl('error') });
    res.status(status).type('application/problem+json').send(JSON.stringify(body));
  };
}

/** Express and its body parser say with a status what the client did wrong. */
function fromFramework(error: unknown): AppError | undefined {
  const status = (error as { status?: unknown } | null)?.status;
  if (error instanceof AppError || typeof status !== 'number' || status < 400 || status >= 500) return undefined;
  if (status === 404) return new AppError('not_found', 'There is nothing at this address.', { cause: error });
  return new AppError('bad_request', 'The request could not be understood.', { cause: error });
}
