import type { Response } from 'express';
import type { EventBus, PipelineEvent } from '../pipeline/event-bus.ts';

export interface EventStream {
  /** Sends everything from now on, and what was missed since `lastEventId` where that is still known. */
  attach(res: Response, lastEventId: string | undefined): void;
  clientCount(): number;
  close(): void;
}

export interface EventStreamOptions {
  bus: EventBus;
  /** Distinguishes the ids of one run of the server from those of the last. */
  runId: string;
  /** How many events a client that was away may catch up on. */
  keptEvents?: number;
  /** A client that has this much unread is dropped: it comes back with its last id, and memory stays bounded (I10). */
  maxUnreadBytes?: number;
  heartbeatMs?: number;
}

interface KeptEvent {
  number: number;
  text: string;
}

/** The pipeline's events as server-sent events (WHATWG HTML 9.2): one subscription to the bus for all clients. */
export function createEventStream(options: EventStreamOptions): EventStream {
  const { bus, runId, keptEvents = 512, maxUnreadBytes = 256 * 1024, heartbeatMs = 15_000 } = options;
  const clients = new Set<Response>();
  const kept: KeptEvent[] = [];
  let lastNumber = 0;

  const send = (res: Response, text: string): void => {
    if (res.writableLength + text.length > maxUnreadBytes) {
      clients.delete(res);
      res.destroy();
    } else res.write(text);
  };
  const sendToAll = (text: string): void => {
    for (const res of clients) send(res, text);
  };
  const unsubscribe = bus.subscribe((event: PipelineEvent) => {
    // What viewers ask for is nobody's news, and comes with every segment.
    if (event.type === 'demand') return;
    lastNumber += 1;
    const text = `id: ${runId}-${lastNumber}\ndata: ${JSON.stringify(event)}\n\n`;
    kept.push({ number: lastNumber, text });
    if (kept.length > keptEvents) kept.shift();
    sendToAll(text);
  });
  // A comment, so that proxies and clients know the line is alive.
  const heartbeat = setInterval(() => sendToAll(': alive\n\n'), heartbeatMs);
  heartbeat.unref();

  /** What comes after `lastEventId`; nothing when it is of another run or too old: the page loads the list anyway. */
  const missedSince = (lastEventId: string | undefined): KeptEvent[] => {
    const number = Number(lastEventId?.startsWith(`${runId}-`) ? lastEventId.slice(runId.length + 1) : Number.NaN);
    return kept.filter((event) => event.number > number);
  };

  return {
    attach(res, lastEventId) {
      res.writeHead(200, {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store',
        // nginx would hold events back in its buffer.
        'X-Accel-Buffering': 'no',
      });
      res.write(`retry: 2000\n\n`);
      for (const event of missedSince(lastEventId)) send(res, event.text);
      if (res.destroyed) return;
      clients.add(res);
      res.once('close', () => clients.delete(res));
    },
    clientCount: () => clients.size,
    close() {
      unsubscribe();
      clearInterval(heartbeat);
      for (const res of clients) res.end();
      clients.clear();
    },
  };
}
