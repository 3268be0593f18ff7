#!/usr/bin/env node
// The `millrace` command. In a checkout it is compiled when stale; a published package brings its build and no sources.
import { existsSync } from 'node:fs';
import { fromRoot } from './setup/root.mjs';
import { runMain } from './setup/run.mjs';

await runMain(async () => {
  if (existsSync(fromRoot('tsconfig.build.json'))) {
    const { ensureDependencies } = await import('./setup/dependencies.mjs');
    const { ensureServerBuild } = await import('./setup/build.mjs');
    await ensureDependencies();
    await ensureServerBuild();
  }
  process.setSourceMapsEnabled(true);
  await import(fromRoot('dist/server/cli/main.js'));
});
