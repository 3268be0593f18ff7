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

function listEtags(header: string): string[] {
  return header.match(/(?:W\/)?"[^"]*"/g) ?? [];
}

function opaque(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag;
}
