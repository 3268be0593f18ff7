import { createReadStream } from 'node:fs';

const CHUNK_BYTES = 128 * 1024;

/** A file's bytes, read as they are taken: it is opened with the first, and closed when no more are wanted. */
export async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Uint8Array>;
}
