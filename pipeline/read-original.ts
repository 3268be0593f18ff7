import { join } from 'node:path';
import type { SourceRecord } from './model/title.ts';
import { assertOriginalThere } from './original-there.ts';
import { readChunks } from './read-chunks.ts';

/** The original bytes of a title, read as they are taken. @throws AppError `source_missing` */
export async function readOriginal(mediaDir: string, { path, sizeBytes }: SourceRecord): Promise<AsyncIterable<Uint8Array>> {
  const fullPath = join(mediaDir, path);
  await assertOriginalThere(fullPath, sizeBytes);
  return readChunks(fullPath);
}
