import { expect, test } from 'vitest';
import { chooseTextEncoding } from '../../../server/http/accept-encoding.ts';

test.each([
  [undefined, 'identity'],
  ['', 'identity'],
  ['gzip', 'gzip'],
  ['gzip, deflate', 'gzip'],
  ['gzip, deflate, br', 'br'],
  ['br;q=0.1, gzip', 'gzip'],
  ['br;q=0, gzip;q=0', 'identity'],
  ['identity, gzip;q=0.5', 'identity'],
  ['*', 'br'],
  ['*;q=0.5, br;q=0', 'gzip'],
  ['x-gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['deflate, zstd', 'identity'],
  ['gzip;q=nonsense', 'identity'],
])('Accept-Encoding %s takes %s', (header, encoding) => {
  expect(chooseTextEncoding(header)).toBe(encoding);
});
