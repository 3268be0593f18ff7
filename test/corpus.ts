import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Collected films, subtitles and lures, kept outside the repository: tests that need them are shown as skipped without them. */
export const CORPUS = fileURLToPath(new URL('../../shared/corpus', import.meta.url));

export const hasCorpus = existsSync(CORPUS);

export function corpusFile(name: string): string {
  return join(CORPUS, name);
}
