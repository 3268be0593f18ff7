// `npm run corpus -- FOLDER [--json] [--verify] [--only SUBSTRING] [--limit SECONDS]`: every media file of a folder through the
// real server and a real browser; with --verify, also what `millrace verify` says of each title. Ends with 1 where
// an outcome is not the expected one, or something is left behind.
import { ensureClientBuild, ensureServerBuild } from './setup/build.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { fromRoot } from './setup/root.mjs';
import { run, runMain } from './setup/run.mjs';
import { ensureTestTools } from './setup/test-tools.mjs';

await runMain(async () => {
  await ensureDependencies();
  await ensureServerBuild();
  await ensureClientBuild();
  await ensureTestTools();
  const command = [fromRoot('test/corpus/main.ts'), ...process.argv.slice(2)];
  process.exitCode = await run(fromRoot('node_modules/.bin/tsx'), command, { stdout: 'inherit' });
});
