/** What a client's conditions are held against. */
export interface Validators {
  etag: string;
  /** Undefined where no date is stated. */
  modifiedAtMs?: number | undefined;
}

/** The headers that make a request conditional, by their names in Node. */
export interface ConditionHeaders {
  'if-match'?: string | undefined;
  'if-none-match'?: string | undefined;
  'if-modified-since'?: string | undefined;
  'if-unmodified-since'?: string | undefined;
}

export type ConditionOutcome = 'send' | 'not-modified' | 'failed';

/** The conditions of a GET or HEAD, in the order of RFC 9110 13.2.2: a date counts only where no entity tag is given. */
export function checkConditions(headers: ConditionHeaders, { etag, modifiedAtMs }: Validators): ConditionOutcome {
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined) {
    if (!matchesStrongly(ifMatch, etag)) return 'failed';
  } else if (isLater(modifiedAtMs, headers['if-unmodified-since'])) return 'failed';
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) return isNotModified(ifNoneMatch, etag) ? 'not-modified' : 'send';
  const since = parseDate(headers['if-modified-since']);
  if (since === undefined || modifiedAtMs === undefined) return 'send';
  return wholeSeconds(modifiedAtMs) <= since ? 'not-modified' : 'send';
}

/** Whether what the client holds is still good, so that the answer is 304 (RFC 9110 13.1.2: weak comparison). */
export function isNotModified(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return listEtags(ifNoneMatch).some((candidate) => opaque(candidate) === opaque(etag));
}

/**
 * Whether a Range header counts (RFC 9110 13.1.5): If-Range must name this very representation, by a strong comparison.
 * A date is never strong enough here, so it counts as another one, and the whole is sent.
 */
export function isRangeApplicable(ifRange: string | undefined, etag: string): boolean {
  return ifRange === undefined || (!etag.startsWith('W/') && ifRange.trim() === etag);
}

/** RFC 9110 13.1.1: a weak tag never matches. */
function matchesStrongly(ifMatch: string, etag: string): boolean {
  return ifMatch.trim() === '*' || (!etag.startsWith('W/') && listEtags(ifMatch).includes(etag));
}

function isLater(modifiedAtMs: number | undefined, date: string | undefined): boolean {
  const limit = parseDate(date);
  return modifiedAtMs !== undefined && limit !== undefined && wholeSeconds(modifiedAtMs) > limit;
}

/** HTTP dates tell no fractions. One that does not parse is as if it were not there (RFC 9110 13.1.3). */
function parseDate(header: string | undefined): number | undefined {
  const atMs = header === undefined || !/ GMT$/.test(header) ? Number.NaN : Date.parse(header);
  return Number.isNaN(atMs) ? undefined : atMs;
}

function wholeSeconds(atMs: number): number {
  return Math.floor(atMs / 1000) * 1000;
}

function listEtags(header: string): string[] {
  return header.match(/(?:W\/)?"[^"]*"/g) ?? [];
}

function opaque(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag;
}
