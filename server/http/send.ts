import type { Request, Response } from 'express';
import { type CacheKind, cacheControl } from './cache-policy.ts';
import { isNotModified } from './conditional.ts';
import { bytesEtag, textEtag } from './etag.ts';

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
