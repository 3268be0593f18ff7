import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json, wherever the command was typed. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** @param {string[]} parts */
export function fromRoot(...parts) {
  return join(ROOT, ...parts);
}
