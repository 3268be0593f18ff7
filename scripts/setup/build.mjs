import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fromRoot } from './root.mjs';
import { run, SetupError, say } from './run.mjs';

/**
 * What is built from what. A build is stale when the content of its inputs is not what it was made from: times lie after
 * a checkout.
 *
 * @typedef {{ name: string, inputs: string[], output: string, saying: string, command: [string, string[]] }} Build
 */

/** @type {Build} */
const SERVER = {
  name: 'server',
  inputs: ['pipeline', 'server', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'],
  output: 'dist/server/main.js',
  saying: 'Compiling the server…',
  command: [process.execPath, [fromRoot('node_modules/typescript/bin/tsc'), '-p', fromRoot('tsconfig.build.json')]],
};

/** @type {Build} */
const CLIENT = {
  name: 'client',
  inputs: ['client', 'pipeline/model', 'package-lock.json'],
  output: 'dist/client/index.html',
  saying: 'Building the pages…',
  command: [process.execPath, [fromRoot('node_modules/vite/bin/vite.js'), 'build', fromRoot('client'), '--logLevel', 'warn']],
};

export async function ensureServerBuild() {
  await ensureBuild(SERVER);
}

export async function ensureClientBuild() {
  await ensureBuild(CLIENT);
}

/** @param {Build} build */
async function ensureBuild({ name, inputs, output, saying, command }) {
  const stampPath = fromRoot('dist', '.stamps', name);
  const stamp = await hashInputs(inputs);
  if (existsSync(fromRoot(output)) && (await readStamp(stampPath)) === stamp) return;
  say(saying);
  await rm(stampPath, { force: true });
  if ((await run(...command)) !== 0) throw new SetupError(`Building the ${name} failed; the messages above say why.`);
  await mkdir(dirname(stampPath), { recursive: true });
  await writeFile(stampPath, stamp);
}

/** @param {string[]} inputs files and folders, from the root */
async function hashInputs(inputs) {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for (const path of await listFiles(input)) hash.update(`${path}\0`).update(await readFile(fromRoot(path)));
  }
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @returns {Promise<string[]>}
 */
async function listFiles(path) {
  try {
    const names = (await readdir(fromRoot(path), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(fromRoot().length + 1));
    return names.sort();
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOTDIR') return [path];
    throw error;
  }
}

/** @param {string} path */
async function readStamp(path) {
  return existsSync(path) ? readFile(path, 'utf8') : undefined;
}
