import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PipelineEvent } from '../../../pipeline/event-bus.ts';
import { type RunningApp, startApp } from '../start-app.ts';

let app: RunningApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

const titleEvent = (titleId: string): PipelineEvent => ({ type: 'title', titleId, state: 'playable', progress: 0.5 });

async function listen(headers: Record<string, string> = {}) {
  const req = request({ host: '127.0.0.1', port: app.port, path: '/api/events', headers, agent: false });
  req.end();
  const [res] = (await once(req, 'response')) as [IncomingMessage];
  res.setEncoding('utf8');
  let text = '';
  res.on('error', () => {});
  res.on('data', (more: string) => {
    text += more;
  });
  return {
    res,
    leave: () => req.destroy(),
    /** Resolves when `count` events have come. */
    async events(count: number): Promise<{ id: string; data: PipelineEvent }[]> {
      for (;;) {
        const found = [...text.matchAll(/^id: (.+)\ndata: (.+)\n\n/gm)].map((match) => ({
          id: match[1]!,
          data: JSON.parse(match[2]!) as PipelineEvent,
        }));
        if (found.length >= count) return found;
        await once(res, 'data');
      }
    },
  };
}

describe('GET /api/events', () => {
  test('tells every listener what happens, as it happens', async () => {
    const [one, two] = [await listen(), await listen()];
    app.services.bus.publish(titleEvent('a'));
    expect((await one.events(1))[0]!.data).toEqual(titleEvent('a'));
    app.services.bus.publish(titleEvent('b'));
    expect((await two.events(2)).map((event) => event.data)).toEqual([titleEvent('a'), titleEvent('b')]);
    expect(one.res.headers).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    one.leave();
    two.leave();
  });

  test('a listener that comes back hears what it missed', async () => {
    const first = await listen();
    app.services.bus.publish(titleEvent('a'));
    const [heard] = await first.events(1);
    first.leave();
    app.services.bus.publish(titleEvent('b'));
    app.services.bus.publish(titleEvent('c'));
    const second = await listen({ 'Last-Event-ID': heard!.id });
    expect((await second.events(2)).map((event) => event.data)).toEqual([titleEvent('b'), titleEvent('c')]);
    second.leave();
  });

  test('an id of another run of the server brings nothing back', async () => {
    app.services.bus.publish(titleEvent('a'));
    const listener = await listen({ 'Last-Event-ID': 'other-1' });
    app.services.bus.publish(titleEvent('b'));
    expect((await listener.events(1)).map((event) => event.data)).toEqual([titleEvent('b')]);
    listener.leave();
  });

  test('a listener that does not read is dropped instead of buffered for', async () => {
    const listener = await listen();
    listener.res.pause();
    const closed = new Promise((resolve) => listener.res.once('close', resolve));
    // More than what the two sockets of a connection hold.
    const event: PipelineEvent = {
      type: 'pending',
      files: [{ path: 'x'.repeat(100_000), sizeBytes: 1, reason: '', reasonCode: 'growing', sinceMs: 0 }],
    };
    for (let sent = 0; sent < 200; sent++) app.services.bus.publish(event);
    listener.res.resume();
    await closed;
    expect(listener.res.complete).toBe(false);
  });

  test('ends when the server stops', async () => {
    const listener = await listen();
    const ended = once(listener.res, 'end');
    app.stopping.abort();
    await ended;
  });
});

test('GET /api/pending lists what waits', async () => {
  expect(await app.send('/api/pending')).toMatchObject({ status: 200, json: { files: [] } });
});
