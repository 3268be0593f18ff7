import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditInput, ResponseFacts } from '../model/hls/audit/audit-input.ts';
import { concatBytes } from '../model/mp4/box.ts';
import { loadAuditInput } from './load-audit-input.ts';
import type { MediaSource, ReadResult } from './media-source.ts';

export interface HttpSourceOptions {
  /** How long one file may take, with every 503 that asks to be retried: a segment may have to be encoded first. */
  patienceMs?: number;
  signal?: AbortSignal;
}

const DEFAULT_PATIENCE_MS = 180_000;
const LONGEST_PAUSE_MS = 10_000;
const MAX_REDIRECTS = 5;

/** A title on a web server. Only the URL's own origin is asked. Rejects when `signal` is aborted. */
export async function loadFromUrl(url: string, options: HttpSourceOptions = {}): Promise<AuditInput> {
  return loadAuditInput(createHttpSource(url, options));
}

export function createHttpSource(target: string, options: HttpSourceOptions = {}): MediaSource {
  const multivariantUrl = multivariantUrlOf(target);
  return {
    target: multivariantUrl.href,
    multivariantUrl,
    describe: (url) => `${url.pathname}${url.search}`,
    async read(url, maxBytes) {
      const deadline = AbortSignal.timeout(options.patienceMs ?? DEFAULT_PATIENCE_MS);
      const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
      try {
        return await readPatiently(url, maxBytes, signal);
      } catch (error) {
        options.signal?.throwIfAborted();
        return { problem: deadline.aborted ? 'The server did not deliver it in time.' : describeFailure(error) };
      }
    },
  };
}

/** Our server's pages and API stand for the title they show; anything else is a playlist, or a folder that holds one. */
export function multivariantUrlOf(target: string): URL {
  const url = new URL(target);
  if (url.pathname.endsWith('.m3u8')) return url;
  const title = /^(.*?)\/(?:api\/titles|titles|embed)\/([A-Za-z0-9_-]+)\/?$/.exec(url.pathname);
  if (title) return new URL(`${title[1]}/titles/${title[2]}/multivariant.m3u8`, url.origin);
  return new URL(`${url.pathname.replace(/\/$/, '')}/multivariant.m3u8`, url.origin);
}

async function readPatiently(url: URL, maxBytes: number, signal: AbortSignal): Promise<ReadResult> {
  for (;;) {
    const { response, redirectedTo } = await fetchFollowing(url, signal);
    const facts: ResponseFacts = {
      contentType: response.headers.get('content-type') ?? '',
      contentEncoding: response.headers.get('content-encoding') ?? '',
      ...(redirectedTo === undefined ? {} : { redirectedTo }),
    };
    if (response.status === 200) return { ...(await readBounded(response, maxBytes)), response: facts };
    await response.body?.cancel();
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
    if (response.status !== 503 || Number.isNaN(retryAfter)) {
      return { problem: `The server answers ${response.status} ${response.statusText}`.trim(), response: facts };
    }
    await sleep(Math.min(retryAfter * 1000, LONGEST_PAUSE_MS), undefined, { signal });
  }
}

/** Follows redirects by hand: they are to be reported, and must not lead to another origin. */
async function fetchFollowing(url: URL, signal: AbortSignal): Promise<{ response: Response; redirectedTo?: string }> {
  let current = url;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await fetch(current, { redirect: 'manual', headers: { 'accept-encoding': 'gzip' }, signal });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) {
      return { response, ...(current === url ? {} : { redirectedTo: current.href }) };
    }
    await response.body?.cancel();
    const next = new URL(location, current);
    if (next.origin !== url.origin) throw new Error(`It redirects to another origin, ${next.origin}, which is not read.`);
    current = next;
  }
  throw new Error(`It redirects more than ${MAX_REDIRECTS} times.`);
}

async function readBounded(response: Response, maxBytes: number): Promise<{ bytes: Uint8Array } | { problem: string }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) return { problem: `It is larger than ${maxBytes} bytes.` };
    chunks.push(chunk);
  }
  return { bytes: concatBytes(chunks) };
}

function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
