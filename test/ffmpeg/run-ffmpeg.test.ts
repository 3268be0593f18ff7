import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pino from 'pino';
import { describe, expect, test, vi } from 'vitest';
import { AppError } from '../../pipeline/errors.ts';
import type { FfmpegCommand } from '../../pipeline/ffmpeg/chunk-command.ts';
import { type RunFfmpegOptions, type RunningFfmpeg, runFfmpeg } from '../../pipeline/ffmpeg/run-ffmpeg.ts';
import { log, testTools } from './convert-harness.ts';

/** Silence in real time, without an end. */
const ENDLESS: FfmpegCommand = {
  inputs: [{ url: 'anullsrc', options: ['-re', '-f', 'lavfi'] }],
  filters: [],
  outputs: [{ url: '/dev/null', options: ['-f', 'null'] }],
};

/** The same, of a quarter of a second. */
const SHORT: FfmpegCommand = { ...ENDLESS, outputs: [{ url: '/dev/null', options: ['-t', '0.25', '-f', 'null'] }] };

async function run(command: FfmpegCommand, options: Partial<RunFfmpegOptions> = {}): Promise<void> {
  await runFfmpeg(command, { tools: await testTools(), log, ...options });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a run', () => {
  test('ends when ffmpeg does', async () => {
    let started: RunningFfmpeg | undefined;
    await run(SHORT, { onStarted: (running) => (started = running) });
    expect(started?.pid).toBeGreaterThan(0);
    expect(isAlive(started!.pid)).toBe(false);
  });

  test('that nothing is heard of is ended as stalled, and may be tried again', async () => {
    let pid = 0;
    const stalled = run(ENDLESS, { stallMs: 50, onStarted: (running) => (pid = running.pid) });
    await expect(stalled).rejects.toMatchObject({ code: 'ffmpeg_stalled', retryable: true });
    expect(isAlive(pid)).toBe(false);
  });

  test('that needs a filter which this ffmpeg lacks names it', async () => {
    const command = {
      ...SHORT,
      filters: ['[0:a]nosuchfilter=1[a]'],
      outputs: [{ url: '/dev/null', options: ['-map', '[a]', '-f', 'null'] }],
    };
    await expect(run(command)).rejects.toMatchObject({ code: 'ffmpeg_missing', message: expect.stringContaining('nosuchfilter') });
  });

  test('that is suspended is ended all the same when it is cancelled', async () => {
    const controller = new AbortController();
    let pid = 0;
    const cancelled = run(ENDLESS, {
      signal: controller.signal,
      onStarted: (running) => {
        pid = running.pid;
        running.heard();
        running.suspend('backlog');
        controller.abort();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(isAlive(pid)).toBe(false);
  });

  test('stands still for as long as there is a reason, and goes on then', async () => {
    const running = await start(ENDLESS);
    running.heard();
    running.suspend('backlog');
    running.suspend('preempted');
    await running.isIn('T');
    running.resume('backlog');
    expect(stateOf(running.pid)).toBe('T');
    running.resume('preempted');
    await running.isIn('S');
    await running.end();
  });

  test('is not stopped before it was heard of: until then it is not tied to us', async () => {
    const running = await start(ENDLESS);
    running.suspend('preempted');
    expect(stateOf(running.pid)).not.toBe('T');
    running.heard();
    await running.isIn('T');
    await running.end();
  });

  test('that fails says what ffmpeg said', async () => {
    const failure: unknown = await run({ ...ENDLESS, inputs: [{ url: 'file:/nowhere/at all.mp4', options: [] }] }).catch((error) => error);
    expect(failure).toBeInstanceOf(AppError);
    expect(failure).toMatchObject({ code: 'ffmpeg_failed', retryable: false });
    expect((failure as AppError).details.stderr).toEqual(expect.arrayContaining([expect.stringContaining('No such file or directory')]));
  });

  test.each(['exit 123', 'exit 255', 'kill -TERM $$', 'kill -HUP $$'])(
    'that ends as one that was told to (%s) may be tried again',
    async (end) => {
      const ffmpegPath = join(await mkdtemp(join(tmpdir(), 'millrace-run-')), 'ffmpeg');
      await writeFile(ffmpegPath, `#!/bin/sh\n${end}\n`, { mode: 0o755 });
      try {
        const tools = { ...(await testTools()), ffmpegPath };
        await expect(run(SHORT, { tools })).rejects.toMatchObject({ code: 'ffmpeg_failed', retryable: true });
      } finally {
        await rm(dirname(ffmpegPath), { recursive: true });
      }
    },
  );

  test('is logged as one line that a shell takes', async () => {
    const lines: string[] = [];
    const recorder = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
    await run({ ...SHORT, filters: ["[0:a]volume='0.5',anull"] }, { log: recorder });
    const [{ command }] = lines.map((line) => JSON.parse(line)).filter((entry) => entry.command !== undefined);
    expect(command).toContain('-f lavfi -i anullsrc -y -filter_complex ');
    expect(command).toContain(`'[0:a]volume='\\''0.5'\\'',anull'`);
  });
});

/** A run under way, and the way to its end. */
async function start(command: FfmpegCommand) {
  const controller = new AbortController();
  let ended: Promise<unknown> = Promise.resolve();
  const running = await new Promise<RunningFfmpeg>((resolve) => {
    ended = run(command, { signal: controller.signal, onStarted: resolve }).catch((error: unknown) => error);
  });
  return {
    ...running,
    /** Signals take a moment. */
    isIn: (state: string) => vi.waitFor(() => expect(stateOf(running.pid)).toBe(state), { timeout: 10_000, interval: 5 }),
    async end() {
      controller.abort();
      expect(await ended).toMatchObject({ code: 'cancelled' });
    },
  };
}

/** As /proc tells it: T is stopped, S sleeps. */
function stateOf(pid: number): string | undefined {
  return /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
}
