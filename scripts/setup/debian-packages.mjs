import { spawnSync } from 'node:child_process';
import { run, SetupError, say } from './run.mjs';

/** @param {string} command */
export function isOnPath(command) {
  return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
}

/** How apt-get can be run here without a question asked: as root, or by a sudo that wants no password; else undefined. */
function aptCommand() {
  if (process.env.MILLRACE_NO_INSTALL === '1' || !isOnPath('apt-get')) return undefined;
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : undefined;
}

/**
 * Installs Debian packages where that is allowed, after saying so. Answers false where it is not allowed.
 *
 * @param {string[]} packages
 * @param {string} purpose
 * @returns {Promise<boolean>}
 */
export async function installDebianPackages(packages, purpose) {
  const prefix = aptCommand();
  if (prefix === undefined) return false;
  say(`Installing ${packages.join(', ')} with apt-get, ${purpose} (MILLRACE_NO_INSTALL=1 forbids it)…`);
  // Another apt-get may hold the lock, and mirrors have bad moments: wait and try again instead of failing.
  const apt = [
    ...prefix,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-qq',
    '-o',
    'DPkg::Lock::Timeout=300',
    '-o',
    'Acquire::Retries=3',
  ];
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0', ...packages]]) {
    const [command = '', ...rest] = [...apt, ...args];
    if ((await run(command, rest, { quiet: true })) !== 0) throw new SetupError(`apt-get ${args[0]} failed; its messages are above.`);
  }
  return true;
}
