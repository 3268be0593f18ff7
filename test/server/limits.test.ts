import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { limitConnections } from '../../server/connection-limits.ts';
import { parseTrustedProxies } from '../../server/http/client-address.ts';
import { addTitle, type RunningApp, startApp } from './start-app.ts';

const viaProxy = { isTrustedProxy: parseTrustedProxies(['loopback'])! };
const from = (address: string) => ({ headers: { 'X-Forwarded-For': address } });

describe('requests', () => {
  let app: RunningApp;
  afterEach(() => app.close());

  async function startHolding(requestsPerAddress: number) {
    const waits = new EventEmitter();
    app = await startApp({
      ...viaProxy,
      requestsPerAddress,
      waitForFile: (_title, _rendition, _file, signal) =>
        new Promise((resolve) => {
          waits.emit('asked');
          signal.addEventListener('abort', () => resolve('timeout'));
        }),
    });
    await addTitle(app.services, 'film');
    return waits;
  }

  test('of one address are held to so many at a time; other addresses, and what is in memory, are not', async () => {
    const waits = await startHolding(1);
    await app.services.store.putSegment('film', 'v360', 0, Buffer.from('bytes'));
    const asked = once(waits, 'asked');
    const held = app.send('/titles/film/v360/1.m4s', from('203.0.113.9'));
    await asked;
    const refused = await app.send('/titles/film/v360/2.m4s', from('203.0.113.9'));
    expect(refused).toMatchObject({ status: 429, json: { code: 'too_many_requests' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await app.send('/titles/film/v360/0.m4s', from('203.0.113.9'))).status).toBe(200);
    expect((await app.send('/healthz', from('203.0.113.10'))).status).toBe(200);
    app.stopping.abort();
    expect((await held).status).toBe(503);
    expect((await app.send('/healthz', from('203.0.113.9'))).status).toBe(200);
  });

  test('of this machine are not', async () => {
    const waits = await startHolding(1);
    const asked = once(waits, 'asked');
    const held = app.send('/titles/film/v360/1.m4s');
    await asked;
    expect((await app.send('/healthz')).status).toBe(200);
    app.stopping.abort();
    await held;
  });

  test('that come slower than a person types are answered 408', async () => {
    app = await startApp({ server: { headersMs: 100 } });
    const socket = connect(app.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow:');
    const [bytes] = await once(socket, 'data');
    expect(String(bytes)).toMatch(/^HTTP\/1\.1 408 /);
    await once(socket, 'close');
  });

  test('whose client says nothing at all end', async () => {
    app = await startApp({ server: { headersMs: 100 } });
    const socket = connect(app.port, '127.0.0.1').resume();
    await once(socket, 'close');
  });

  test('whose client does not read the answer end, and give their memory back', async () => {
    app = await startApp({ cacheBytes: 100_000_000, server: { stalledMs: 200 } });
    await addTitle(app.services, 'film');
    await app.services.store.putSegment('film', 'v360', 0, Buffer.alloc(20_000_000));
    const socket = connect(app.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET /titles/film/v360/0.m4s HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'readable');
    app.services.bus.publish({ type: 'segment-evicted', titleId: 'film', renditionId: 'v360', segment: 0 });
    const heldBytes = async () => Number(/^millrace_cache_bytes (\d+)/m.exec((await app.send('/metrics')).text)?.[1]);
    while ((await heldBytes()) > 0);
    socket.destroy();
  });
});

describe('connections', () => {
  const server = () => createServer();
  const connection = (remoteAddress: string) =>
    Object.assign(new EventEmitter(), { remoteAddress, destroyed: false, destroy: () => {} }) as unknown as Socket & { destroyed: boolean };

  function offer(to: ReturnType<typeof server>, address: string): { socket: Socket; isTaken: boolean } {
    const socket = connection(address);
    let isTaken = true;
    socket.destroy = () => {
      isTaken = false;
      return socket;
    };
    // Without Node's own listener, which wants a real socket.
    to.listeners('connection')[0]!.call(to, socket);
    return { socket, isTaken };
  }

  test('of one address are held to so many, and given back when they end', () => {
    const limited = server();
    limitConnections(limited, { ...viaProxy, connections: 10, connectionsPerAddress: 2 });
    const first = offer(limited, '203.0.113.9');
    expect([first.isTaken, offer(limited, '203.0.113.9').isTaken, offer(limited, '203.0.113.9').isTaken]).toEqual([true, true, false]);
    expect(offer(limited, '203.0.113.10').isTaken).toBe(true);
    first.socket.emit('close');
    expect(offer(limited, '203.0.113.9').isTaken).toBe(true);
  });

  test('of an IPv6 network count together; those of proxies and of this machine are not held', () => {
    const limited = server();
    limitConnections(limited, { isTrustedProxy: parseTrustedProxies(['10.0.0.0/8'])!, connections: 10, connectionsPerAddress: 1 });
    expect([offer(limited, '2001:db8::1').isTaken, offer(limited, '2001:db8::2').isTaken]).toEqual([true, false]);
    for (const address of ['10.0.0.1', '10.0.0.1', '127.0.0.1', '127.0.0.1', '::1', '::1'])
      expect(offer(limited, address).isTaken).toBe(true);
  });

  test('all together are limited too', () => {
    const limited = server();
    limitConnections(limited, { ...viaProxy, connections: 10, connectionsPerAddress: 0 });
    expect(limited.maxConnections).toBe(10);
  });
});
