import type { RequestHandler } from 'express';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { WaitOutcome } from '../pipeline/on-demand.ts';
import type { AnswerCacheStats } from './cache/answer-cache.ts';
import type { Services } from './services.ts';

export interface Metrics {
  registry: Registry;
  /** Times every request that comes to Express, under its route's pattern, so that the number of series is bounded. */
  timeRequests: RequestHandler;
  /** A request for what was not there was held for so long. */
  noteWait(outcome: WaitOutcome, seconds: number): void;
  close(): void;
}

/** What Prometheus reads at `/metrics`. */
export function createMetrics(
  { catalogue, queue, bus }: Services,
  cacheStats: () => AnswerCacheStats,
  eventClients: () => number,
): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'millrace_http_request_seconds',
    help: 'Time from a request to the end of its answer. Media and playlists that are there are not among them: see millrace_cache_answers_total.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 1, 2, 4, 10, 20],
    registers,
  });
  const waits = new Histogram({
    name: 'millrace_demand_wait_seconds',
    help: 'How long requests for segments that were not there were held.',
    labelNames: ['outcome'],
    buckets: [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 10, 20],
    registers,
  });
  const segments = new Counter({
    name: 'millrace_segments_committed_total',
    help: 'Segments committed since the start, by what they were made for.',
    labelNames: ['cause'],
    registers,
  });
  const twice = new Counter({
    name: 'millrace_segments_encoded_twice_total',
    help: 'Segments that were encoded although they were there. Must stay 0.',
    registers,
  });
  const reused = new Counter({
    name: 'millrace_segments_reused_total',
    help: 'Requests answered with a segment that was there already.',
    registers,
  });
  const discarded = new Counter({
    name: 'millrace_frames_discarded_total',
    help: 'Frames that were encoded and thrown away, because their run was cut, cancelled or killed.',
    labelNames: ['cause'],
    registers,
  });
  const evicted = new Counter({ name: 'millrace_segments_evicted_total', help: 'Segments removed to keep the disk budget.', registers });
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
  new Counter({
    name: 'millrace_cache_answers_total',
    help: 'Segments, init segments and playlists that were answered from memory (hit), or had to be read or made first (miss).',
    labelNames: ['result'],
    registers,
    collect() {
      const { hits, misses } = cacheStats();
      this.reset();
      this.inc({ result: 'hit' }, hits);
      this.inc({ result: 'miss' }, misses);
    },
  });
  new Gauge({
    name: 'millrace_cache_bytes',
    help: 'What they take up in memory, with what slow clients are still being sent. Never above CACHE_BYTES.',
    registers,
    collect() {
      this.set(cacheStats().usedBytes);
    },
  });
  const unsubscribe = bus.subscribe((event) => {
    if (event.type === 'segment') {
      segments.inc({ cause: event.cause });
      bytes.inc(event.sizeBytes);
      if (event.isTwice) twice.inc();
    } else if (event.type === 'chunk') {
      if (event.state !== 'started') chunks.inc({ cause: event.cause, state: event.state });
    } else if (event.type === 'segment-evicted') evicted.inc();
    else if (event.type === 'discarded') discarded.inc({ cause: event.cause }, event.frames);
    else if (event.type === 'demand' && event.state === 'asked') reused.inc();
  });

  return {
    registry,
    timeRequests(req, res, next) {
      const end = requests.startTimer({ method: req.method });
      res.once('close', () => end({ route: (req.route as { path?: string } | undefined)?.path ?? 'other', status: res.statusCode }));
      next();
    },
    noteWait: (outcome, seconds) => waits.observe({ outcome }, seconds),
    close() {
      unsubscribe();
      registry.clear();
    },
  };
}
