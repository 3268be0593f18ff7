import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether an Authorization header carries the token (RFC 6750 2.1), compared in a time that tells nothing of it. */
export function hasBearerToken(authorization: string | undefined, token: string): boolean {
  const match = /^Bearer +(\S+)$/i.exec(authorization?.trim() ?? '');
  return timingSafeEqual(digest(match?.[1] ?? ''), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
