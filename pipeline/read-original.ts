import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { SourceRecord } from './model/title.ts';
import { assertOriginalThere } from './original-there.ts';

const CHUNK_BYTES = 256 * 1024;

/** The original bytes of a title, read as they are taken. @throws AppError `source_missing` */
export async function readOriginal(mediaDir: string, { path, sizeBytes }: SourceRecord): Promise<Readable> {
  const fullPath = join(mediaDir, path);
  await assertOriginalThere(fullPath, sizeBytes);
  return createReadStream(fullPath, { highWaterMark: CHUNK_BYTES });
}
