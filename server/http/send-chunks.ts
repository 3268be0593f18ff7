import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';

/**
 * Sends chunks as they come, no faster than the client takes them; their number and length are not known before (chunked). When the
 * client goes, no further one is asked for. An error before the first is an answer; one after it ends the connection.
 */
export async function sendChunks(req: Request, res: Response, chunks: AsyncIterable<string | Uint8Array>): Promise<void> {
  if (req.method === 'HEAD') {
    res.end();
    return;
  }
  try {
    await pipeline(Readable.from(chunks, { objectMode: false }), res);
  } catch (error) {
    // Nobody is there any more to be told.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}
