import { readFileSync } from 'node:fs';
import { fromRoot } from './root.mjs';
import { SetupError } from './run.mjs';

/** Refuses a Node older than package.json's `engines` allow: its own errors would say nothing of the reason. */
export function checkNodeVersion() {
  const { engines } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8'));
  const [wantedMajor = 0, wantedMinor = 0] = engines.node.replace('>=', '').split('.').map(Number);
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
    throw new SetupError(
      `Millrace needs Node ${wantedMajor}.${wantedMinor} or newer, and this is ${process.versions.node}. See https://nodejs.org`,
    );
  }
}
