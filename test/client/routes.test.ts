import { expect, test } from 'vitest';
import { parseRoute, watchPath } from '../../client/src/routes.ts';

test.each([
  ['/', { page: 'library' }],
  ['/watch/aB_9-', { page: 'watch', titleId: 'aB_9-' }],
  ['/watch/abc/', { page: 'watch', titleId: 'abc' }],
  ['/streams', { page: 'streams' }],
  ['/music', { page: 'music' }],
  ['/embed/abc', { page: 'embed', titleId: 'abc' }],
  ['/watch/', { page: 'unknown' }],
  ['/watch/a/b', { page: 'unknown' }],
  ['/watch/..%2f', { page: 'unknown' }],
  ['/titles/abc/multivariant.m3u8', { page: 'unknown' }],
])('%s', (path, route) => {
  expect(parseRoute(path)).toEqual(route);
});

test('the address of a title leads back to it', () => {
  expect(parseRoute(watchPath('x-1'))).toEqual({ page: 'watch', titleId: 'x-1' });
});
