import { expect, test } from 'vitest';
import { checkConditions } from '../../../server/http/conditional.ts';

const BEFORE = 'Sat, 21 Nov 2026 10:00:00 GMT';
const THEN = 'Sat, 21 Nov 2026 11:00:00 GMT';
const LATER = 'Sat, 21 Nov 2026 12:00:00 GMT';
/** Half a second later than its date can say. */
const CURRENT = { etag: '"now"', modifiedAtMs: Date.parse(THEN) + 500 };

test.each([
  [{}, 'send'],
  [{ 'if-none-match': '"now"' }, 'not-modified'],
  [{ 'if-none-match': '"old", W/"now"' }, 'not-modified'],
  [{ 'if-none-match': '*' }, 'not-modified'],
  [{ 'if-none-match': '"old"' }, 'send'],
  [{ 'if-modified-since': THEN }, 'not-modified'],
  [{ 'if-modified-since': LATER }, 'not-modified'],
  [{ 'if-modified-since': BEFORE }, 'send'],
  [{ 'if-modified-since': 'yesterday' }, 'send'],
  // RFC 9110 13.1.3: without regard where If-None-Match is there.
  [{ 'if-none-match': '"old"', 'if-modified-since': LATER }, 'send'],
  [{ 'if-match': '"old", "now"' }, 'send'],
  [{ 'if-match': '*' }, 'send'],
  [{ 'if-match': '"old"' }, 'failed'],
  [{ 'if-match': 'W/"now"' }, 'failed'],
  [{ 'if-unmodified-since': THEN }, 'send'],
  [{ 'if-unmodified-since': BEFORE }, 'failed'],
  [{ 'if-match': '"now"', 'if-unmodified-since': BEFORE }, 'send'],
  [{ 'if-match': '"old"', 'if-none-match': '"now"' }, 'failed'],
  [{ 'if-match': '"now"', 'if-none-match': '"now"' }, 'not-modified'],
] as const)('%j is %s', (headers, outcome) => {
  expect(checkConditions(headers, CURRENT)).toBe(outcome);
});
