import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { run } from '../../scripts/setup/run.mjs';

const RUN = new URL('../../scripts/setup/run.mjs', import.meta.url).href;

/** A process that runs one command by `run`, as the scripts do. */
function runApart(args: string) {
  const program = `import { run } from '${RUN}'; process.exitCode = await run(${args});`;
  return spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

test('answers the exit status of the command', async () => {
  expect(await run('sh', ['-c', 'exit 3'])).toBe(3);
});

test('a command that is not there is named', async () => {
  await expect(run('millrace-no-such-command', [])).rejects.toThrow('millrace-no-such-command cannot be run');
});

test.each([
  ['a quiet command that succeeds says nothing', 0, ''],
  ['a quiet command that fails says everything', 1, 'why\n'],
])('%s', async (_title, status, expected) => {
  const child = runApart(`'sh', ['-c', 'echo why; exit ${status}'], { quiet: true }`);
  expect(await textOf(child.stderr)).toBe(expected);
});

test('a signal ends the command before it ends us', async () => {
  const child = runApart(`'sh', ['-c', 'trap "echo ended; exit" TERM; echo started; while :; do sleep 0.05; done'], { stdout: 'inherit' }`);
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => {
    said += bytes.toString('utf8');
    if (said === 'started\n') child.kill('SIGTERM');
  });
  const [code] = await once(child, 'close');
  expect(said).toBe('started\nended\n');
  expect(code).toBe(143);
});
