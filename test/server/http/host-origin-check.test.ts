import { describe, expect, test } from 'vitest';
import { isHostAllowed, isOriginAllowed } from '../../../server/http/host-origin-check.ts';

describe('isHostAllowed', () => {
  const loopback = { host: '127.0.0.1', allowedHosts: ['films.example.org'] };

  test.each([
    'localhost:3000',
    'LOCALHOST',
    '127.0.0.1:3000',
    '[::1]:3000',
    'millrace.localhost:3000',
    'films.example.org',
    'films.example.org:8080',
  ])('%s is ours', (host) => {
    expect(isHostAllowed(host, loopback)).toBe(true);
  });

  test.each([
    undefined,
    '',
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'films.example.org.evil.example',
    '192.168.1.5:3000',
    'evil@localhost',
    'localhost/evil',
    'localhost:port',
  ])('%s is not', (host) => {
    expect(isHostAllowed(host, loopback)).toBe(false);
  });

  test('a server open to the network answers to any address, which no rebinding can show, and to no unknown name', () => {
    const open = { host: '0.0.0.0', allowedHosts: [] };
    expect(isHostAllowed('192.168.1.5:3000', open)).toBe(true);
    expect(isHostAllowed('[fe80::1]:3000', open)).toBe(true);
    expect(isHostAllowed('evil.example:3000', open)).toBe(false);
  });

  test('the name that the server listens on is ours', () => {
    expect(isHostAllowed('nas.lan:3000', { host: 'nas.lan', allowedHosts: [] })).toBe(true);
  });
});

describe('isOriginAllowed', () => {
  test.each([
    [undefined, 'localhost:3000', true],
    ['http://localhost:3000', 'localhost:3000', true],
    ['https://films.example.org', 'films.example.org', true],
    ['https://films.example.org', 'films.example.org:443', true],
    ['http://[::1]:3000', '[::1]:3000', true],
    ['http://localhost:4000', 'localhost:3000', false],
    ['http://evil.example', 'localhost:3000', false],
    ['null', 'localhost:3000', false],
    ['', 'localhost:3000', false],
    ['http://localhost:3000', undefined, false],
  ])('a page of %s at a server called %s: %s', (origin, host, expected) => {
    expect(isOriginAllowed(origin, host)).toBe(expected);
  });
});

test('the public address is a name of ours, and its pages are ours', () => {
  const rules = { host: '127.0.0.1', allowedHosts: [], baseUrl: 'https://films.example.org' };
  expect([isHostAllowed('films.example.org', rules), isHostAllowed('other.example.org', rules)]).toEqual([true, false]);
  expect(isOriginAllowed('https://films.example.org', '127.0.0.1:3000', rules.baseUrl)).toBe(true);
  expect(isOriginAllowed('http://films.example.org', '127.0.0.1:3000', rules.baseUrl)).toBe(false);
});
