// `npm run dev`: the server restarts when a source changes, the pages reload by themselves.
import { spawn } from 'node:child_process';
import { ensureDependencies } from './setup/dependencies.mjs';
import { checkNodeVersion } from './setup/node-version.mjs';
import { fromRoot } from './setup/root.mjs';
import { runMain } from './setup/run.mjs';

await runMain(async () => {
  checkNodeVersion();
  await ensureDependencies();
  const server = spawn(fromRoot('node_modules/.bin/tsx'), ['watch', fromRoot('server/main.ts')], { stdio: 'inherit' });
  const pages = spawn(fromRoot('node_modules/.bin/vite'), [fromRoot('client')], { stdio: ['ignore', 'inherit', 'inherit'] });
  const children = [server, pages];
  const endAll = () => {
    for (const child of children) child.kill('SIGTERM');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, endAll);
  for (const child of children) {
    child.on('exit', (code) => {
      process.exitCode ??= code ?? 0;
      endAll();
    });
  }
});
