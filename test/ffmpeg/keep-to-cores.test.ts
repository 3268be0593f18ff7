import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { keepToCores, parseCpuList } from '../../pipeline/ffmpeg/keep-to-cores.ts';
import { runFfmpeg } from '../../pipeline/ffmpeg/run-ffmpeg.ts';
import { findTools, silentLog as log } from './title-home.ts';

const endless = {
  inputs: [{ url: 'anullsrc', options: ['-re', '-f', 'lavfi'] }],
  filters: [],
  outputs: [{ url: '/dev/null', options: ['-f', 'null'] }],
};

test.skipIf(availableParallelism() < 2)('a run that is kept to one core has no other', async () => {
  const stop = new AbortController();
  const tools = await keepToCores(await findTools(), 1, log);
  let allowed: string | undefined;
  const run = runFfmpeg(endless, {
    ...{ tools, log, signal: stop.signal },
    onStarted({ pid }) {
      // The command that keeps it there becomes ffmpeg, with the same pid.
      void (async () => {
        while (allowed === undefined || !(await readFile(`/proc/${pid}/comm`, 'utf8')).startsWith('ffmpeg')) {
          allowed = /Cpus_allowed_list:\s*(\S+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
        }
        allowed = /Cpus_allowed_list:\s*(\S+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
        stop.abort();
      })();
    },
  });
  await expect(run).rejects.toMatchObject({ code: 'cancelled' });
  const own = parseCpuList(/Cpus_allowed_list:\s*(\S+)/.exec(await readFile('/proc/self/status', 'utf8'))?.[1] ?? '');
  expect(allowed).toBe(String(own[0]));
});

test('as many cores as there are need nothing', async () => {
  const tools = await findTools();
  expect(await keepToCores(tools, undefined, log)).toBe(tools);
  expect(await keepToCores(tools, 1024, log)).toBe(tools);
});

test('a list of processors is read as the kernel writes it', () => {
  expect(parseCpuList('0-2,5,8-9')).toEqual([0, 1, 2, 5, 8, 9]);
  expect(parseCpuList('')).toEqual([]);
});
