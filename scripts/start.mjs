// `npm start`: from a fresh checkout to a served page. Works before anything is installed; says only what it does.
import { ensureClientBuild, ensureServerBuild } from './setup/build.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { ensureFfmpeg } from './setup/ffmpeg.mjs';
import { checkNodeVersion } from './setup/node-version.mjs';
import { fromRoot } from './setup/root.mjs';
import { runMain } from './setup/run.mjs';

await runMain(async () => {
  checkNodeVersion();
  await ensureDependencies();
  await ensureServerBuild();
  await ensureClientBuild();
  await ensureFfmpeg();
  // In this very process, so that signals, the exit status and a kill are the server's own.
  process.setSourceMapsEnabled(true);
  await import(fromRoot('dist/server/main.js'));
});
