import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AcceptableFile } from './accept.ts';
import { numberedName, storableVisibleName } from './file-name.ts';
import { hasSameBytes } from './identity.ts';
import { copyFileVerified, exists, moveFile } from './place-file.ts';

/**
 * Takes a file into a folder under the name it has, or the first numbered one that is free; where it lies there already it is not
 * kept twice. Answers its path there.
 */
export async function keepFile({ path, name, keepOriginal }: AcceptableFile, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const stored = storableVisibleName(name);
  for (let number = 1; ; number += 1) {
    const placed = join(folder, number === 1 ? stored : numberedName(stored, number));
    if ((await exists(placed)) && !(await hasSameBytes(placed, path))) continue;
    await (keepOriginal ? copyFileVerified(path, placed) : moveFile(path, placed));
    return placed;
  }
}
