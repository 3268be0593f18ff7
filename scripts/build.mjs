import { ensureClientBuild, ensureServerBuild } from './setup/build.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { runMain } from './setup/run.mjs';

await runMain(async () => {
  await ensureDependencies();
  await ensureServerBuild();
  await ensureClientBuild();
});
