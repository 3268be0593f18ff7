import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

const SCRIPTS = fileURLToPath(new URL('../../scripts', import.meta.url));

let folder: string;
let running: ChildProcess[];

beforeAll(async () => {
  await promisify(execFile)(process.execPath, [join(SCRIPTS, 'build.mjs')]);
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-start-'));
  running = [];
});

afterEach(async () => {
  for (const child of running) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    process.kill(-child.pid!, 'SIGKILL');
    await once(child, 'close');
  }
  await rm(folder, { recursive: true });
});

/** Starts in an empty media home, on any free port: without npm, unless the command is another. */
function start(env: NodeJS.ProcessEnv, command = process.execPath, args = [join(SCRIPTS, 'start.mjs')]) {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, PORT: '0', MEDIA_DIR: join(folder, 'media'), SAMPLE: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, as a terminal gives to what is typed.
    detached: true,
  });
  running.push(child);
  let said = '';
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, said }));
  const address = new Promise<string>((resolve, reject) => {
    const listen = (data: Buffer) => {
      said += data.toString('utf8');
      const match = /http:\/\/(?:localhost|127\.0\.0\.1):\d+/.exec(said);
      if (match !== null) resolve(match[0]);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    void ended.then(({ code }) => reject(new Error(`it ended with ${code}: ${said}`)));
  });
  // Not every test waits for the address.
  address.catch(() => undefined);
  return { child, address, ended };
}

test('a start on what is installed and built does neither again, prints the address, and ends well when told to', async () => {
  const { child, address, ended } = start({});
  expect((await fetch(`${await address}/healthz`)).status).toBe(200);
  child.kill('SIGTERM');
  const { code, said } = await ended;
  expect(code).toBe(0);
  expect(said).not.toMatch(/Installing|Compiling|Building/);
});

test.each([
  ['a kill of npm', (npm: ChildProcess) => npm.kill('SIGTERM')],
  ['a Ctrl-C in the terminal', (npm: ChildProcess) => process.kill(-npm.pid!, 'SIGINT')],
])('under npm, %s lets the server end well', async (_title, stop) => {
  const { child, address, ended } = start({}, 'npm', ['start', '--prefix', join(SCRIPTS, '..')]);
  await address;
  stop(child);
  // The pipes close when the last process that writes to them is gone.
  expect((await ended).said).toMatch(/"msg":"stopped"/);
});

test('where there is no ffmpeg and none may be installed, it ends with the command to type', async () => {
  const { code, said } = await start({ PATH: folder, MILLRACE_NO_INSTALL: '1' }).ended;
  expect(code).toBe(1);
  expect(said).toMatch(/Millrace needs ffmpeg and ffprobe.* Type: .*install.* ffmpeg\n$/);
});

test('a setting that is wrong ends the start with its name', async () => {
  const { code, said } = await start({ PORT: 'three' }).ended;
  expect(code).toBe(1);
  expect(said).toMatch(/PORT in the environment/);
});
