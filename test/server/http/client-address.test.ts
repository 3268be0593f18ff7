import { describe, expect, test } from 'vitest';
import { addressGroup, clientAddress, isLoopback, parseTrustedProxies } from '../../../server/http/client-address.ts';

describe('clientAddress', () => {
  const isTrusted = parseTrustedProxies(['loopback', '10.0.0.0/8', '2001:db8::1'])!;
  test.each([
    ['198.51.100.7', undefined, '198.51.100.7'],
    ['198.51.100.7', '203.0.113.9', '198.51.100.7'],
    ['127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['::ffff:127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['127.0.0.1', '1.2.3.4, 203.0.113.9', '203.0.113.9'],
    ['127.0.0.1', '1.2.3.4, 203.0.113.9, 10.1.2.3', '203.0.113.9'],
    ['2001:db8::1', '2001:db8:1::7', '2001:db8:1::7'],
    ['127.0.0.1', '203.0.113.9, nonsense', '127.0.0.1'],
    ['127.0.0.1', '', '127.0.0.1'],
    ['10.0.0.1', '10.0.0.2', '10.0.0.2'],
  ])('%s, forwarded for %s, is %s', (remote, forwardedFor, client) => {
    expect(clientAddress(remote, forwardedFor, isTrusted)).toBe(client);
  });
});

test.each([['x'], ['10.0.0.0/33'], ['10.0.0.0/'], ['10.0.0.0/8/8'], ['::/129'], ['10.0.0.0/-1'], ['Loopback']])(
  '%s is no proxy',
  (name) => {
    expect(parseTrustedProxies([name])).toBeUndefined();
  },
);

test.each([
  ['198.51.100.7', '198.51.100.7'],
  ['::ffff:198.51.100.7', '198.51.100.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
  ['2001:0db8::6', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s counts as %s', (address, group) => {
  expect(addressGroup(address)).toBe(group);
});

test('this machine is known by all its names', () => {
  expect(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1', '10.0.0.1', '::2'].map(isLoopback)).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
});
