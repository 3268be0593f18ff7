import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { endOrphans } from '../../pipeline/ffmpeg/end-orphans.ts';
import { findLifeline } from '../../pipeline/ffmpeg/lifeline.ts';
import { collectFfprobe } from '../../pipeline/ffmpeg/run-ffprobe.ts';
import { temporaryFolder } from '../conformance/fixtures.ts';
import { findTools, processesNaming, silentLog } from './title-home.ts';

/** A process that becomes another program, or ends, is not to be seen at once. */
const POLL = { interval: 10, timeout: 20_000 };
const lifeline = await findLifeline();
const moduleOf = (path: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../pipeline', path)).href);

/** A process that runs `body` with our tools until it prints a line. Answers how to kill it, and what it printed. */
async function startServer(body: string, hasLifeline = true): Promise<{ line: string; kill(): Promise<void> }> {
  const tools = { ...(await findTools()), lifeline: hasLifeline ? lifeline : [] };
  const script = `
    const { runFfmpeg } = await import(${moduleOf('ffmpeg/run-ffmpeg.ts')});
    const { streamFfprobe } = await import(${moduleOf('ffmpeg/run-ffprobe.ts')});
    const { readlinkSync } = await import('node:fs');
    const { makeJobFolder } = await import(${moduleOf('ffmpeg/job-folder.ts')});
    const log = (await import(${moduleOf('log.ts')})).createLog('silent');
    const tools = ${JSON.stringify(tools)};
    const say = (line) => process.stdout.write(line);
    ${body}`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { line: String(line), kill };
}

/** What is stopped before it has become ffmpeg is not tied yet: that is for the next start. */
const UNTIL_FFMPEG = "while (!readlinkSync('/proc/' + run.pid + '/exe').endsWith('/ffmpeg')) {}";

/** Encodes silence in real time without an end, and prints its job folder. */
const encoding = (onStarted: string, niceness: number) => `
  const folder = await makeJobFolder();
  await runFfmpeg(
    { inputs: [{ url: 'anullsrc', options: ['-re', '-f', 'lavfi'] }], filters: [], outputs: [{ url: folder + '/0', options: ['-f', 'null'] }] },
    { tools, log, niceness: ${niceness}, onStarted: (run) => { ${onStarted} say(folder); } },
  );`;

function useTemporaryFolder(): string {
  const folder = temporaryFolder();
  vi.stubEnv('TMPDIR', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  return folder;
}

describe('an encoder whose server is killed', () => {
  test.skipIf(lifeline.length === 0).each([
    ['running', '', 0],
    ['running at low priority', '', 10],
    ['stopped', `${UNTIL_FFMPEG} run.suspend();`, 0],
  ])('and that was %s dies with it', async (_, onStarted, niceness) => {
    useTemporaryFolder();
    const server = await startServer(encoding(onStarted, niceness));
    await expect.poll(() => processesNaming(server.line), POLL).toHaveLength(1);
    await server.kill();
    await expect.poll(() => processesNaming(server.line), POLL).toEqual([]);
  });

  test('on a machine that cannot tie processes together is ended at the next start, though it is stopped', async () => {
    useTemporaryFolder();
    const server = await startServer(encoding(`${UNTIL_FFMPEG} run.heard(); run.suspend();`, 0), false);
    expect(await endOrphans()).toBe(0);
    await expect.poll(() => processesNaming(server.line), POLL).toHaveLength(1);
    await server.kill();
    expect(await endOrphans()).toBe(1);
    await expect.poll(() => processesNaming(server.line), POLL).toEqual([]);
  });

  test('and that somebody stopped while it was being tied is ended at the next start at the latest', async () => {
    useTemporaryFolder();
    const server = await startServer(encoding("process.kill(run.pid, 'SIGSTOP');", 0));
    await server.kill();
    await endOrphans();
    await expect.poll(() => processesNaming(server.line), POLL).toEqual([]);
  });
});

/** Its own command line must not name the file. */
const WAITING = `
  const probed = streamFfprobe(process.env.TMPDIR + '/film.mp4', [], { tools, log }, () => {});
  say('started');
  await probed;`;

test.skipIf(lifeline.length === 0)('an ffprobe that waits for its file dies with its server', async () => {
  const fifo = join(useTemporaryFolder(), 'film.mp4');
  execFileSync('mkfifo', [fifo]);
  const server = await startServer(WAITING);
  await expect.poll(() => processesNaming(fifo), POLL).toHaveLength(1);
  await server.kill();
  await expect.poll(() => processesNaming(fifo), POLL).toEqual([]);
});

test('so it is where nothing ties it: at the next start', async () => {
  const fifo = join(useTemporaryFolder(), 'film.mp4');
  execFileSync('mkfifo', [fifo]);
  const server = await startServer(WAITING, false);
  await expect.poll(() => processesNaming(fifo), POLL).toHaveLength(1);
  expect(await endOrphans()).toBe(0);
  await server.kill();
  expect(await endOrphans()).toBe(1);
  await expect.poll(() => processesNaming(fifo), POLL).toEqual([]);
});

test('no program but ffmpeg is ended, whatever its environment says', async () => {
  const bystander = spawn('sh', ['-c', 'read line'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, MILLRACE_OWNER: `${process.pid}-1a2b` },
  });
  const ended = once(bystander, 'exit');
  expect(await endOrphans()).toBe(0);
  bystander.stdin.end('\n');
  expect(await ended).toEqual([0, null]);
});

test('an ffprobe that is killed says nothing of its file: it may be tried again', async () => {
  const ffprobePath = join(temporaryFolder(), 'ffprobe');
  await writeFile(ffprobePath, '#!/bin/sh\nkill -9 $$\n', { mode: 0o755 });
  const probed = collectFfprobe('/films/film.mp4', [], { tools: { ffprobePath, lifeline }, log: silentLog });
  await expect(probed).rejects.toMatchObject({ code: 'ffmpeg_failed', retryable: true });
});
