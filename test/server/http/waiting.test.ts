import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Response } from 'express';
import { expect, test } from 'vitest';
import { untilGone } from '../../../server/http/waiting.ts';

test('a client that has gone before anybody listened is known to be gone', async () => {
  let seen = (_isKnown: boolean): void => {};
  const isKnown = new Promise<boolean>((resolve) => {
    seen = resolve;
  });
  const server = createServer(async (_req, res) => {
    await once(res, 'close');
    seen(untilGone(res as Response, new AbortController().signal).aborted);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const req = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent: false });
  req.on('error', () => {});
  req.end();
  await once(server, 'request');
  req.destroy();
  expect(await isKnown).toBe(true);
  server.close();
  await once(server, 'close');
});
