import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first of some programs that is on PATH; undefined where none is, so that its tests skip, visibly. */
export function findProgram(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}
