import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from './errors.ts';
import type { SourceRecord } from './model/title.ts';
import { assertOriginalThere } from './original-there.ts';
import { readBytes } from './read-bytes.ts';
import { isOriginalPath } from './storage/stored-names.ts';

/** The original bytes of a title, to be read from. */
export interface Original {
  path: string;
  sizeBytes: number;
  modifiedAtMs: number;
  /** [start, end], read as they are taken. Throws `source_missing` when the file is another one meanwhile. */
  read(range: { start: number; end: number }): AsyncGenerator<Uint8Array>;
}

const MOST_BYTES = 1024 * 1024;

/** @throws AppError `source_missing` where it is not there, or is not what was accepted */
export async function openOriginal(mediaDir: string, { path, sizeBytes }: SourceRecord): Promise<Original> {
  if (!isOriginalPath(path)) throw sourceGone();
  const fullPath = join(mediaDir, path);
  await assertOriginalThere(fullPath, sizeBytes);
  const { mtimeMs } = await stat(fullPath);
  return {
    path: fullPath,
    sizeBytes,
    modifiedAtMs: Math.floor(mtimeMs),
    async *read({ start, end }) {
      const file = await open(fullPath, 'r').catch(() => {
        throw sourceGone();
      });
      try {
        if ((await file.stat()).size !== sizeBytes) throw sourceGone();
        for (let from = start; from <= end; ) {
          const bytes = await readBytes(file, from, Math.min(MOST_BYTES, end + 1 - from));
          if (bytes.length === 0) throw sourceGone();
          from += bytes.length;
          yield bytes;
        }
      } finally {
        await file.close();
      }
    },
  };
}

function sourceGone(): AppError {
  return new AppError('source_missing', 'The original of this title is not where it was. Put it back, or add it again.', {
    retryable: true,
  });
}
