import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';

type Chunk = string | Uint8Array;

/**
 * Sends chunks as they come, no faster than the client takes them. When the client goes, no further one is asked for. The first is in
 * hand before the head is sent: an error before it is an answer; one after it ends the connection.
 */
export async function sendChunks(req: Request, res: Response, chunks: AsyncIterable<Chunk>): Promise<void> {
  if (req.method === 'HEAD') {
    res.end();
    return;
  }
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  try {
    await pipeline(resume(first, iterator), res);
  } catch (error) {
    // Who has gone needs no answer.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  } finally {
    // Also of one that went before the first chunk was handed on.
    await iterator.return?.();
  }
}

async function* resume(first: IteratorResult<Chunk>, iterator: AsyncIterator<Chunk>): AsyncGenerator<Chunk> {
  for (let next = first; !next.done; next = await iterator.next()) yield next.value;
}
