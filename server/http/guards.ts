import type { RequestHandler } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import type { MayRead } from './access.ts';
import { hasBearerToken } from './bearer-token.ts';
import { type HostRules, isHostAllowed, isOriginAllowed } from './host-origin-check.ts';
import { CORS_HEADERS, CORS_PREFLIGHT_HEADERS } from './security-headers.ts';

/** Methods that change nothing (RFC 9110 9.2.1). */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The API answers under our own names only: another one is a page of a stranger that resolves to this machine. */
export function requireKnownHost(rules: HostRules): RequestHandler {
  return (req, _res, next) => {
    if (isHostAllowed(req.headers.host, rules)) next();
    else next(new AppError('forbidden_host', 'This server does not go by that name. ALLOWED_HOSTS lists further ones.'));
  };
}

/** What changes the library comes from our own pages or from no page, and with the token where one is set. */
export function guardWrites(apiToken: string | undefined, baseUrl: string | undefined): RequestHandler {
  return (req, _res, next) => {
    if (SAFE_METHODS.has(req.method)) next();
    else if (!isOriginAllowed(req.headers.origin, req.headers.host, baseUrl)) {
      next(new AppError('forbidden_origin', 'Pages of another site may not change this library.'));
    } else if (apiToken !== undefined && !hasBearerToken(req.headers.authorization, apiToken)) {
      next(new AppError('unauthorized', 'This needs the API token: Authorization: Bearer <token>.'));
    } else next();
  };
}

/** Titles that a request may not have are none it is told of. */
export function guardReads(mayRead: MayRead): RequestHandler {
  return (req, _res, next) => {
    if (mayRead(req, String(req.params.id))) next();
    else next(new AppError('not_found', 'There is no such title.'));
  };
}

/** Players on any page may read media; a preflight (of a Range, say) is answered here. */
export const allowAnyOrigin: RequestHandler = (req, res, next) => {
  res.set(CORS_HEADERS);
  if (req.method === 'OPTIONS') res.status(204).set(CORS_PREFLIGHT_HEADERS).end();
  else next();
};
