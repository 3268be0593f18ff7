import { type ByteRange, parseRange } from './range.ts';

export type RangeSetDecision = { kind: 'whole' } | { kind: 'parts'; ranges: ByteRange[] } | { kind: 'unsatisfiable' };

/** Who asks for more pieces than a player or a download tool ever does is sent the whole (RFC 9110 14.2). */
const MOST_RANGES = 32;

/**
 * What a Range header with one or several ranges asks of a body of `sizeBytes` (RFC 9110 14.1.2, 14.2). Ranges that cannot be served
 * are left out beside others that can. The whole is sent when the header does not parse, and for ranges that together are more than it.
 */
export function parseRangeSet(header: string | undefined, sizeBytes: number): RangeSetDecision {
  const list = header === undefined ? null : /^bytes=(.*)$/i.exec(header.trim());
  // Empty elements of a list are allowed (5.6.1.2).
  const specs =
    list?.[1]
      ?.split(',')
      .map((spec) => spec.trim())
      .filter((spec) => spec !== '') ?? [];
  if (specs.length === 0 || specs.length > MOST_RANGES) return { kind: 'whole' };
  const decisions = specs.map((spec) => parseRange(`bytes=${spec}`, sizeBytes));
  if (decisions.some(({ kind }) => kind === 'whole')) return { kind: 'whole' };
  const ranges = decisions.flatMap((decision) => (decision.kind === 'part' ? [decision.range] : []));
  if (ranges.length === 0) return { kind: 'unsatisfiable' };
  const wantedBytes = ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0);
  return ranges.length > 1 && wantedBytes > sizeBytes ? { kind: 'whole' } : { kind: 'parts', ranges };
}
