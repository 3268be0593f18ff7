// `npm run bench NAME [arguments]`: runs test/bench/NAME.ts; without a name, lists them.
import { readdirSync } from 'node:fs';
import { ensureClientBuild, ensureServerBuild } from './setup/build.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { ensureFfmpeg } from './setup/ffmpeg.mjs';
import { fromRoot } from './setup/root.mjs';
import { run, runMain, SetupError } from './setup/run.mjs';

await runMain(async () => {
  const [name, ...args] = process.argv.slice(2);
  const names = readdirSync(fromRoot('test/bench'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length));
  if (name === undefined) {
    process.stdout.write(`npm run bench NAME, where NAME is one of:\n${names.map((each) => `  ${each}\n`).join('')}`);
    return;
  }
  if (!names.includes(name)) throw new SetupError(`There is no bench “${name}”. There are: ${names.join(', ')}.`);
  await ensureDependencies();
  await ensureServerBuild();
  await ensureClientBuild();
  await ensureFfmpeg();
  process.exitCode = await run(fromRoot('node_modules/.bin/tsx'), [fromRoot('test/bench', `${name}.ts`), ...args], { stdout: 'inherit' });
});
