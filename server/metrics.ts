import type { RequestHandler } from 'express';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Services } from './services.ts';

export interface Metrics {
  registry: Registry;
  /** Times every request, under its route's pattern, so that the number of series is bounded. */
  timeRequests: RequestHandler;
  close(): void;
}

/** What Prometheus reads at `/metrics`. */
export function createMetrics({ catalogue, queue, bus }: Services, eventClients: () => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'millrace_http_request_seconds',
    help: 'Time from a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 1, 2, 4, 10, 20],
    registers,
  });
  const segments = new Counter({ name: 'millrace_segments_committed_total', help: 'Segments committed since the start.', registers });
  const bytes = new Counter({ name: 'millrace_segment_bytes_committed_total', help: 'Their bytes.', registers });
  const chunks = new Counter({
    name: 'millrace_chunks_total',
    help: 'Chunks by what became of them.',
    labelNames: ['cause', 'state'],
    registers,
  });
  new Gauge({
    name: 'millrace_titles',
    help: 'Titles by state.',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset();
      for (const title of await catalogue.listTitles()) this.inc({ state: title.state });
    },
  });
  new Gauge({
    name: 'millrace_chunks_queued',
    help: 'Chunks queued and taken.',
    labelNames: ['cause', 'claimed'],
    registers,
    async collect() {
      this.reset();
      for (const { cause, claimed } of await queue.list()) this.inc({ cause, claimed: String(claimed) });
    },
  });
  new Gauge({
    name: 'millrace_event_clients',
    help: 'Clients that listen to events.',
    registers,
    collect() {
      this.set(eventClients());
    },
  });
  const unsubscribe = bus.subscribe((event) => {
    if (event.type === 'segment') {
      segments.inc();
      bytes.inc(event.sizeBytes);
    } else if (event.type === 'chunk') chunks.inc({ cause: event.cause, state: event.state });
  });

  return {
    registry,
    timeRequests(req, res, next) {
      const end = requests.startTimer({ method: req.method });
      res.once('close', () => end({ route: (req.route as { path?: string } | undefined)?.path ?? 'other', status: res.statusCode }));
      next();
    },
    close() {
      unsubscribe();
      registry.clear();
    },
  };
}
