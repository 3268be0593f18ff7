import { type FileHandle, open } from 'node:fs/promises';
import { readBoxHeader } from '../model/mp4/box.ts';
import { MOVIE_HEADER_BYTES, statedMovieTicks } from '../model/mp4/movie-duration.ts';
import type { Ticks } from '../model/time.ts';
import { readBytes } from '../read-bytes.ts';

/** Of ten hours at 60 frames a second, with sound: more is no film. */
const LARGEST_MOVIE_BYTES = 128 * 1024 * 1024;
const MOST_BOXES = 512;

/** The whole moov box of an MP4 or QuickTime file; undefined where there is none to be found. Throws what the file system does. */
export async function readMovieBox(path: string): Promise<Uint8Array | undefined> {
  return withMovieBox(path, async (file, offset, length) =>
    length <= LARGEST_MOVIE_BYTES ? await readBytes(file, offset, length) : undefined,
  );
}

/**
 * How long an MP4 or QuickTime file says that it is, without reading more than its header; undefined where it does not say so
 * at the usual place. Throws what the file system does.
 */
export async function readMovieTicks(path: string): Promise<Ticks | undefined> {
  return withMovieBox(path, async (file, offset, length) =>
    statedMovieTicks(await readBytes(file, offset, Math.min(length, MOVIE_HEADER_BYTES))),
  );
}

async function withMovieBox<Result>(
  path: string,
  read: (file: FileHandle, offset: number, length: number) => Promise<Result>,
): Promise<Result | undefined> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    for (let offset = 0, count = 0; offset < size && count < MOST_BOXES; count++) {
      const box = readBoxHeader(await readBytes(file, offset, Math.min(16, size - offset)), 0);
      if (!box) return undefined;
      const length = box.end - box.start;
      if (box.type === 'moov') return await read(file, offset, Math.min(length, size - offset));
      offset += length;
    }
    return undefined;
  } finally {
    await file.close();
  }
}
