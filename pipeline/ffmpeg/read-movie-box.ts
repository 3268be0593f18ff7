import { open } from 'node:fs/promises';
import { readBoxHeader } from '../model/mp4/box.ts';
import { readBytes } from '../read-bytes.ts';

/** Of ten hours at 60 frames a second, with sound: more is no film. */
const LARGEST_MOVIE_BYTES = 128 * 1024 * 1024;
const MOST_BOXES = 512;

/** The whole moov box of an MP4 or QuickTime file; undefined where there is none to be found. Throws what the file system does. */
export async function readMovieBox(path: string): Promise<Uint8Array | undefined> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    for (let offset = 0, count = 0; offset < size && count < MOST_BOXES; count++) {
      const box = readBoxHeader(await readBytes(file, offset, Math.min(16, size - offset)), 0);
      if (!box) return undefined;
      const length = box.end - box.start;
      if (box.type === 'moov')
        return length <= LARGEST_MOVIE_BYTES ? await readBytes(file, offset, Math.min(length, size - offset)) : undefined;
      offset += length;
    }
    return undefined;
  } finally {
    await file.close();
  }
}
