import { readFileSync } from 'node:fs';

/** A playlist of test/golden/hls, whole. */
export function golden(name: string): string {
  return readFileSync(new URL(`../../../golden/hls/${name}`, import.meta.url), 'utf8');
}
