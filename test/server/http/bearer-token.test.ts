import { expect, test } from 'vitest';
import { hasBearerToken } from '../../../server/http/bearer-token.ts';

test.each([
  ['Bearer secret', true],
  ['bearer   secret', true],
  ['Bearer secre', false],
  ['Bearer secrets', false],
  ['Basic secret', false],
  ['secret', false],
  ['Bearer ', false],
  ['', false],
  [undefined, false],
])('Authorization %s opens: %s', (header, expected) => {
  expect(hasBearerToken(header, 'secret')).toBe(expected);
});
