import type { IncomingHttpHeaders } from 'node:http';
import { checkConditions, isRangeApplicable, type Validators } from './conditional.ts';
import { type ByteRange, parseRange } from './range.ts';

export interface Choice extends Validators {
  sizeBytes: number;
  /** Whether parts of it can be asked for. */
  isRangeable: boolean;
}

export type AnswerDecision =
  | { kind: 'whole' }
  | { kind: 'part'; range: ByteRange }
  | { kind: 'not-modified' }
  | { kind: 'unsatisfiable' }
  | { kind: 'precondition-failed' };

const WHOLE: AnswerDecision = { kind: 'whole' };

/** How a GET or HEAD is answered with what was found: conditions first, then the range (RFC 9110 13.2.2). HEAD knows no range. */
export function decideAnswer(method: string | undefined, headers: IncomingHttpHeaders, choice: Choice): AnswerDecision {
  const outcome = checkConditions(headers, choice);
  if (outcome === 'failed') return { kind: 'precondition-failed' };
  if (outcome === 'not-modified') return { kind: 'not-modified' };
  const { range } = headers;
  if (range === undefined || method !== 'GET' || !choice.isRangeable) return WHOLE;
  // Node joins what is sent twice; of its types only Set-Cookie is a list.
  const ifRange = headers['if-range'] as string | undefined;
  return isRangeApplicable(ifRange, choice.etag) ? parseRange(range, choice.sizeBytes) : WHOLE;
}
