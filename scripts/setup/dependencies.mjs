import { readFile } from 'node:fs/promises';
import { fromRoot } from './root.mjs';
import { run, SetupError, say } from './run.mjs';

/** @typedef {{ packages?: Record<string, { version?: string, optional?: boolean, devOptional?: boolean }> }} Lockfile */

/** Installs what package-lock.json names, unless it is installed already. */
export async function ensureDependencies() {
  const [wanted, installed] = await Promise.all([
    readLockfile(fromRoot('package-lock.json')),
    readLockfile(fromRoot('node_modules', '.package-lock.json')),
  ]);
  if (wanted === undefined) throw new SetupError('package-lock.json is missing: this is no complete checkout of Millrace.');
  if (installed !== undefined && areInstalled(wanted, installed)) return;
  say(installed === undefined ? 'Installing dependencies…' : 'Dependencies have changed. Installing them…');
  // The build needs the development tools, also where NODE_ENV=production is set. Not `npm ci`: see docs/decisions/0002.
  const flags = ['--no-save', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const status = await run('npm', ['install', '--prefix', fromRoot(), ...flags]);
  if (status !== 0) throw new SetupError('The dependencies could not be installed; npm says why above. Type `npm start` to try again.');
}

/**
 * Compares contents, not times: what npm wrote down after installing against what the lockfile asks for. Optional
 * packages may be absent, since some are for other systems and ffmpeg-static may fail to download.
 *
 * @param {Lockfile} wanted
 * @param {Lockfile} installed
 */
export function areInstalled(wanted, installed) {
  return Object.entries(wanted.packages ?? {}).every(([path, entry]) => {
    if (path === '' || entry.optional || entry.devOptional) return true;
    return installed.packages?.[path]?.version === entry.version;
  });
}

/** @param {string} path */
async function readLockfile(path) {
  try {
    return /** @type {Lockfile} */ (JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
}
