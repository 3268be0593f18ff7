import type { Request, Response } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import { type CacheKind, cacheControl } from './cache-policy.ts';
import { checkConditions, isRangeApplicable, type Validators } from './conditional.ts';
import { planMultipart } from './multipart.ts';
import { type ByteRange, renderContentRange } from './range.ts';
import { parseRangeSet } from './range-set.ts';
import { sendChunks } from './send-chunks.ts';

/** A body of known length, too long to be in hand as a whole. */
export interface Body extends Validators {
  modifiedAtMs: number;
  sizeBytes: number;
  contentType: string;
  cache: CacheKind;
  /** Further headers of an answer that has some of it. */
  headers: Readonly<Record<string, string>>;
  /** The bytes from `start` up to and with `end`, read as they are taken. */
  read(range: ByteRange): AsyncIterable<Uint8Array>;
}

/**
 * Sends a body or the ranges asked for as fast as the client takes them (RFC 9110 13, 14). The first bytes are in hand before the head
 * is sent: what cannot be read is a problem, not a connection cut off.
 *
 * @throws AppError `range_unsatisfiable`, `precondition_failed`, and what reading throws
 */
export async function sendBody(req: Request, res: Response, body: Body): Promise<void> {
  const { sizeBytes, etag, modifiedAtMs, contentType } = body;
  const condition = checkConditions(req.headers, body);
  if (condition === 'failed') throw new AppError('precondition_failed', 'This is not what it was: ask for it without the condition.');
  res.set({ ETag: etag, 'Last-Modified': new Date(modifiedAtMs).toUTCString(), 'Cache-Control': cacheControl(body.cache) });
  res.set({ 'Accept-Ranges': 'bytes', ...body.headers });
  if (condition === 'not-modified') {
    res.status(304).end();
    return;
  }
  const asked = req.method === 'GET' && isRangeApplicable(req.get('If-Range'), etag) ? req.get('Range') : undefined;
  const decision = parseRangeSet(asked, sizeBytes);
  if (decision.kind === 'unsatisfiable') {
    for (const name of ['Last-Modified', ...Object.keys(body.headers)]) res.removeHeader(name);
    res.set('Content-Range', renderContentRange(undefined, sizeBytes));
    throw new AppError('range_unsatisfiable', `There are ${sizeBytes} bytes; none of them is in the range asked for.`);
  }
  const ranges = decision.kind === 'parts' ? decision.ranges : [{ start: 0, end: sizeBytes - 1 }];
  const [only] = ranges as [ByteRange];
  if (ranges.length > 1) {
    const multipart = planMultipart(ranges, sizeBytes, contentType, `millrace-${etag.replace(/[^\w-]/g, '')}`);
    setEntity(res, 206, multipart.contentType, multipart.sizeBytes);
    return sendChunks(req, res, readMultipart(body, ranges, multipart));
  }
  if (decision.kind === 'parts') res.set('Content-Range', renderContentRange(only, sizeBytes));
  setEntity(res, decision.kind === 'parts' ? 206 : 200, contentType, only.end - only.start + 1);
  return sendChunks(req, res, body.read(only));
}

/** A body whose length nobody knows yet: no ranges of it, and nothing that a cache could keep. */
export function sendStream(
  req: Request,
  res: Response,
  { contentType, headers, chunks }: { contentType: string; headers: Readonly<Record<string, string>>; chunks: AsyncIterable<Uint8Array> },
): Promise<void> {
  res.set({ 'Accept-Ranges': 'none', 'Cache-Control': cacheControl('live-data'), ...headers });
  res.setHeader('Content-Type', contentType);
  return sendChunks(req, res, chunks);
}

function setEntity(res: Response, status: number, contentType: string, sizeBytes: number): void {
  // Set by hand: Express would add a charset to some types.
  res.status(status).setHeader('Content-Type', contentType);
  res.setHeader('Content-Length', sizeBytes);
}

async function* readMultipart(
  body: Body,
  ranges: readonly ByteRange[],
  { heads, tail }: { heads: readonly Uint8Array[]; tail: Uint8Array },
): AsyncGenerator<Uint8Array> {
  for (const [index, range] of ranges.entries()) {
    yield heads[index] as Uint8Array;
    yield* body.read(range);
  }
  yield tail;
}
