import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { findConfinement } from '../../pipeline/ffmpeg/confinement.ts';
import { findLifeline } from '../../pipeline/ffmpeg/lifeline.ts';
import { createLog } from '../../pipeline/log.ts';
import { findTools } from './title-home.ts';

const execute = promisify(execFile);
const confinement = await findConfinement(createLog('silent'));

/** Runs a program behind what goes before every ffmpeg. */
function runConfined(program: string, args: string[]) {
  const [command = '', ...rest] = [...confinement, program, ...args];
  return execute(command, rest);
}

test('all of it goes before what the pipeline starts, and the tie to the server comes last', async () => {
  expect((await findTools()).lifeline).toEqual([...confinement, ...(await findLifeline())]);
});

test.skipIf(!confinement.includes('unshare'))(
  'a reader that would fetch has no network to fetch by, not even to this machine',
  async () => {
    const callers: unknown[] = [];
    const server = createServer().on('connection', (socket) => callers.push(socket.destroy()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/film.mp4`;
    const { ffprobePath } = await findTools();
    await expect(runConfined(ffprobePath, [url])).rejects.toThrow(/Network is unreachable|Connection refused/);
    expect(callers).toEqual([]);
  },
);

test.skipIf(!confinement.includes('prlimit'))('a reader has limits of memory, time, file size and open files', async () => {
  const { stdout } = await runConfined('cat', ['/proc/self/limits']);
  for (const limit of ['data size', 'cpu time', 'file size', 'open files', 'core file size']) {
    const [, soft, hard] = new RegExp(`^Max ${limit} +(\\d+) +(\\d+)`, 'm').exec(stdout) ?? [];
    expect([limit, soft]).toEqual([limit, hard]);
  }
});

test('a machine without such things runs on without them, and the log says so once', async () => {
  vi.stubEnv('PATH', '/nowhere');
  onTestFinished(() => void vi.unstubAllEnvs());
  const warn = vi.fn();
  expect(await findConfinement(Object.assign(createLog('silent'), { warn }))).toEqual([]);
  expect(warn).toHaveBeenCalledOnce();
});
