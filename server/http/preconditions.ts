import type { IncomingHttpHeaders } from 'node:http';
import { isNotModified } from './conditional.ts';

export interface Validators {
  /** A strong one. */
  etag: string;
  modifiedAtMs: number;
}

/** What a GET or HEAD with conditions comes to, in the order of RFC 9110 13.2.2; If-Range is isRangeApplicable's. */
export function checkPreconditions(headers: IncomingHttpHeaders, { etag, modifiedAtMs }: Validators): 'met' | 'not-modified' | 'failed' {
  const modifiedAt = Math.floor(modifiedAtMs / 1000);
  const unmodifiedSince = parseDate(headers['if-unmodified-since']);
  const modifiedSince = parseDate(headers['if-modified-since']);
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined) {
    if (!matchesStrongly(ifMatch, etag)) return 'failed';
  } else if (unmodifiedSince !== undefined && modifiedAt > unmodifiedSince) return 'failed';
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) return isNotModified(ifNoneMatch, etag) ? 'not-modified' : 'met';
  return modifiedSince !== undefined && modifiedAt <= modifiedSince ? 'not-modified' : 'met';
}

/** RFC 9110 13.1.1; `*` is whatever there is. */
function matchesStrongly(header: string, etag: string): boolean {
  return header.trim() === '*' || header.split(',').some((candidate) => candidate.trim() === etag);
}

/** Whole seconds; what is no date is as if it were not there. */
function parseDate(header: string | undefined): number | undefined {
  const ms = header === undefined ? Number.NaN : Date.parse(header);
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}
