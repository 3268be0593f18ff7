import type { Request, Response } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import type { StoredFile } from '../../pipeline/storage/segment-store.ts';
import { type CacheKind, cacheControl } from './cache-policy.ts';
import { isNotModified, isRangeApplicable } from './conditional.ts';
import { bytesEtag, fileEtag, textEtag } from './etag.ts';
import { type ByteRange, parseRange, renderContentRange } from './range.ts';

export interface FileToSend {
  file: StoredFile;
  contentType: string;
  cache: CacheKind;
  /** Whole, or the range. Undefined when it has gone since it was looked at. */
  read(range?: ByteRange): Promise<Uint8Array | undefined>;
}

/**
 * Sends a stored file, or the range asked for. All bytes are in hand before the first is sent (I9), so that a player
 * never takes the time of disks and encoders for the network's. Answers false, with nothing sent, when the file has gone.
 *
 * @throws AppError `range_unsatisfiable`
 */
export async function sendFile(req: Request, res: Response, { file, contentType, cache, read }: FileToSend): Promise<boolean> {
  const etag = fileEtag(file);
  const range =
    req.method === 'GET' && isRangeApplicable(req.get('If-Range'), etag)
      ? parseRange(req.get('Range'), file.sizeBytes)
      : ({ kind: 'whole' } as const);
  const isCurrent = isNotModified(req.get('If-None-Match'), etag);
  const part = range.kind === 'part' ? range.range : undefined;
  const needsBytes = req.method === 'GET' && !isCurrent && range.kind !== 'unsatisfiable';
  const bytes = needsBytes ? await read(part) : new Uint8Array();
  if (bytes === undefined) return false;

  res.set({ 'Cache-Control': cacheControl(cache), ETag: etag, 'Accept-Ranges': 'bytes' });
  if (isCurrent) {
    res.status(304).end();
  } else if (range.kind === 'unsatisfiable') {
    res.set('Content-Range', renderContentRange(undefined, file.sizeBytes));
    throw new AppError('range_unsatisfiable', `The file has ${file.sizeBytes} bytes; none of them is in the range asked for.`);
  } else {
    if (part !== undefined) res.status(206).set('Content-Range', renderContentRange(part, file.sizeBytes));
    // Set by hand: Express would add a charset to some types.
    res.setHeader('Content-Type', contentType);
    res.setHeader('Content-Length', part === undefined ? file.sizeBytes : part.end - part.start + 1);
    res.end(req.method === 'HEAD' ? undefined : bytes);
  }
  return true;
}

/** Sends a text made for this request, or 304. Compression, where the client takes it, is a middleware's. */
export function sendText(req: Request, res: Response, text: string, contentType: string, cache: CacheKind): void {
  sendWhole(req, res, Buffer.from(text, 'utf8'), { contentType, cache, etag: textEtag(text) });
}

/** Sends a picture or a drawing of a title, or 304. */
export function sendAsset(req: Request, res: Response, bytes: Uint8Array, contentType: string, cache: CacheKind): void {
  sendWhole(req, res, bytes, { contentType, cache, etag: bytesEtag(bytes) });
}

function sendWhole(
  req: Request,
  res: Response,
  bytes: Uint8Array,
  { contentType, cache, etag }: { contentType: string; cache: CacheKind; etag: string },
): void {
  res.set({ 'Cache-Control': cacheControl(cache), ETag: etag });
  if (isNotModified(req.get('If-None-Match'), etag)) {
    res.status(304).end();
    return;
  }
  res.setHeader('Content-Type', contentType);
  res.setHeader('Content-Length', bytes.byteLength);
  res.end(req.method === 'HEAD' ? undefined : bytes);
}
