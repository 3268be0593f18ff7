export interface ByteRange {
  /** Both inclusive, as Content-Range and the store count. */
  start: number;
  end: number;
}

export type RangeDecision = { kind: 'whole' } | { kind: 'part'; range: ByteRange } | { kind: 'unsatisfiable' };

/**
 * What a Range header asks of a body of `sizeBytes` (RFC 9110 14.1.2, 14.2). One range is served; several, another unit
 * or anything that does not parse is ignored, as the RFC allows, and the whole is sent.
 */
export function parseRange(header: string | undefined, sizeBytes: number): RangeDecision {
  const match = header === undefined ? null : /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header);
  if (match === null) return { kind: 'whole' };
  const [, first = '', last = ''] = match;
  if (first === '') return last === '' ? { kind: 'whole' } : suffixRange(Number(last), sizeBytes);
  const start = Number(first);
  const end = last === '' ? Number.POSITIVE_INFINITY : Number(last);
  // A range that ends before it starts is invalid, not unsatisfiable (RFC 9110 14.1.1): as if it were not there.
  if (end < start) return { kind: 'whole' };
  if (start >= sizeBytes) return { kind: 'unsatisfiable' };
  return { kind: 'part', range: { start, end: Math.min(end, sizeBytes - 1) } };
}

/** The last `length` bytes; more than there are means all of them, none of them cannot be served. */
function suffixRange(length: number, sizeBytes: number): RangeDecision {
  if (length === 0 || sizeBytes === 0) return { kind: 'unsatisfiable' };
  return { kind: 'part', range: { start: Math.max(0, sizeBytes - length), end: sizeBytes - 1 } };
}

export function renderContentRange(range: ByteRange | undefined, sizeBytes: number): string {
  return range === undefined ? `bytes */${sizeBytes}` : `bytes ${range.start}-${range.end}/${sizeBytes}`;
}
