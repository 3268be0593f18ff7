// `npm test`: sets up what tests need, then checks types and runs all tests. Ends with the line `N passed, N failed`.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureClientBuild, ensureServerBuild } from './setup/build.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { checkNodeVersion } from './setup/node-version.mjs';
import { fromRoot } from './setup/root.mjs';
import { run, SetupError, say } from './setup/run.mjs';
import { addTallies, renderTally, tallyOf } from './setup/tally.mjs';
import { ensureTestTools } from './setup/test-tools.mjs';

const tally = await testEverything().catch((error) => {
  say(error instanceof SetupError ? error.message : error.stack);
  return { passed: 0, failed: 1, skipped: 0 };
});
process.exitCode = tally.failed > 0 ? 1 : 0;
process.stdout.write(`\n${renderTally(tally)}\n`);

async function testEverything() {
  checkNodeVersion();
  await ensureDependencies();
  await ensureServerBuild();
  await ensureClientBuild();
  await ensureTestTools();
  return addTallies(await checkTypes(), await runTests());
}

/** Types count as one more test. */
async function checkTypes() {
  say('Checking types…');
  const agree = (await run('npm', ['run', '--silent', '--prefix', fromRoot(), 'types'])) === 0;
  if (!agree) say('The types do not agree: counted as one failed test.');
  return { passed: agree ? 1 : 0, failed: agree ? 0 : 1, skipped: 0 };
}

async function runTests() {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-test-'));
  const reportPath = join(folder, 'report.json');
  try {
    const args = ['run', '--root', fromRoot(), '--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`];
    const status = await run(fromRoot('node_modules/.bin/vitest'), [...args, ...process.argv.slice(2)], { stdout: 'inherit' });
    return tallyOf(JSON.parse(await readFile(reportPath, 'utf8')), status);
  } finally {
    await rm(folder, { recursive: true });
  }
}
