import type { ChildProcess, SpawnOptions } from 'node:child_process';
import createCommand, { type FfmpegCommand as FluentCommand } from 'fluent-ffmpeg';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { FfmpegCommand } from './chunk-command.ts';
import { onLifeline } from './lifeline.ts';
import type { FfmpegTools } from './locate.ts';
import { ownedEnvironment } from './owner.ts';
import { renderShellCommand } from './render-shell-command.ts';

export interface RunFfmpegOptions {
  tools: FfmpegTools;
  log: Log;
  signal?: AbortSignal | undefined;
  /** Where `-progress` reports go: any report keeps the run from being taken for stalled. */
  progressUrl?: string | undefined;
  /** 0 to 19. */
  niceness?: number | undefined;
  /** The run is stopped when nothing was heard of it for this long. */
  stallMs?: number | undefined;
  onStarted?: ((run: RunningFfmpeg) => void) | undefined;
}

/** A handle on the process while it runs. */
export interface RunningFfmpeg {
  pid: number;
  /** Says that the run is alive. */
  heard(): void;
  /**
   * Stops the process where it stands, until every reason for it is resumed: bounds memory without holding up one output
   * (design §8), and lets more urgent work pass. Not before the first report was heard of it.
   */
  suspend(reason: SuspendReason): void;
  resume(reason: SuspendReason): void;
}

export type SuspendReason = 'backlog' | 'preempted';

const DEFAULT_STALL_MS = 60_000;
/** How long a process may take to end after it was told to. */
const GRACE_MS = 2_000;
const STDERR_LINES = 40;

/**
 * Runs ffmpeg to its end. Cancelling ends the process first, then rejects.
 *
 * @throws AppError `cancelled`, `ffmpeg_stalled`, `ffmpeg_missing` (a filter), or `ffmpeg_failed` with the end of its standard error in `details`;
 *   retryable when it was ended from outside.
 */
export async function runFfmpeg(command: FfmpegCommand, options: RunFfmpegOptions): Promise<void> {
  const { log, signal } = options;
  if (signal?.aborted) throw new AppError('cancelled', 'The work was cancelled.');
  const fluent = buildFluentCommand(command, options);
  const stderr: string[] = [];
  let stalled = false;
  let child: ChildProcess | undefined;
  let ending: Promise<void> | undefined;
  let watchdog: NodeJS.Timeout | undefined;

  const stop = (): void => {
    ending ??= endProcess(fluent);
  };
  const heard = (): void => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => {
      stalled = true;
      stop();
    }, options.stallMs ?? DEFAULT_STALL_MS);
  };

  try {
    await new Promise<void>((resolve, reject) => {
      fluent
        .on('start', () => {
          // Kept: fluent-ffmpeg forgets it before it tells of an error.
          child = processOf(fluent);
          log.debug({ command: renderShellCommand(child?.spawnargs ?? []) }, 'ffmpeg starts');
          heard();
          signal?.addEventListener('abort', stop, { once: true });
          if (signal?.aborted) stop();
          announce(fluent, options, heard, () => clearTimeout(watchdog));
        })
        .on('stderr', (line: string) => {
          stderr.push(line);
          if (stderr.length > STDERR_LINES) stderr.shift();
        })
        .on('error', reject)
        .on('end', () => resolve())
        .run();
    });
  } catch (error) {
    if (signal?.aborted) throw new AppError('cancelled', 'The work was cancelled.', { cause: error });
    if (stalled)
      throw new AppError('ffmpeg_stalled', 'The encoder stopped making progress and was ended.', {
        cause: error,
        retryable: true,
        details: { stderr },
      });
    if (isEndedFromOutside(child))
      throw new AppError('ffmpeg_failed', 'The encoder was ended from outside, perhaps for want of memory. It is tried again.', {
        cause: error,
        retryable: true,
        details: { stderr },
      });
    const filter = missingFilter(stderr);
    if (filter !== undefined)
      throw new AppError(
        'ffmpeg_missing',
        `This picture needs the filter ${filter}, which this ffmpeg was built without. Install a full build or set FFMPEG_PATH to one.`,
        { cause: error, details: { stderr } },
      );
    throw new AppError('ffmpeg_failed', 'The encoder failed on this file. The log has its last words.', {
      cause: error,
      details: { stderr },
    });
  } finally {
    clearTimeout(watchdog);
    signal?.removeEventListener('abort', stop);
    await ending;
  }
}

/** What only some sources need (HDR: zscale) is not asked for at the start. */
function missingFilter(stderr: readonly string[]): string | undefined {
  return stderr.map((line) => /No such filter: '(\w+)'/.exec(line)?.[1]).find((name) => name !== undefined);
}

function buildFluentCommand(command: FfmpegCommand, options: RunFfmpegOptions): FluentCommand {
  const fluent = createCommand({ niceness: options.niceness ?? 0, stdoutLines: STDERR_LINES });
  tieToUs(fluent, options.tools);
  const progress = options.progressUrl === undefined ? [] : ['-progress', options.progressUrl, '-stats_period', '0.5'];
  const globals = ['-hide_banner', '-nostdin', '-loglevel', 'warning', '-nostats', '-copyts', '-max_error_rate', '1', ...progress];
  command.inputs.forEach((input, index) => {
    fluent.input(input.url);
    // Spread, never an array: fluent-ffmpeg splits the strings of an array at spaces.
    fluent.inputOptions(...(index === 0 ? globals : []), ...input.options);
  });
  if (command.filters.length > 0) fluent.complexFilter(command.filters);
  for (const output of command.outputs) {
    fluent.output(output.url);
    const globalsWithoutInput = command.inputs.length === 0 ? globals : [];
    fluent.outputOptions(...globalsWithoutInput, ...output.options);
  }
  return fluent;
}

/**
 * fluent-ffmpeg cannot be told of a command before the command, nor of an environment, and keeps one path for all, which it
 * reads as it spawns.
 */
function tieToUs(fluent: FluentCommand, { lifeline, ffmpegPath }: FfmpegTools): void {
  const spawner = fluent as unknown as { _spawnFfmpeg(args: string[], options: SpawnOptions, ...rest: unknown[]): void };
  const spawn = spawner._spawnFfmpeg;
  spawner._spawnFfmpeg = (ffmpegArgs, options, ...rest) => {
    const { command, args } = onLifeline(lifeline, ffmpegPath, ffmpegArgs);
    fluent.setFfmpegPath(command);
    spawn.call(fluent, args, { ...options, env: ownedEnvironment() }, ...rest);
  };
}

/** What ends a process from outside; the others are its own faults. */
const SIGNALS_TO_END: readonly (NodeJS.Signals | null | undefined)[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'];
/** ffmpeg's answers to TERM and INT: it ends in order; and, after more than three of them, at once. */
const EXITS_WHEN_TOLD: readonly (number | null | undefined)[] = [255, 123];

/** By the out-of-memory killer or a person: no fault of the file. */
function isEndedFromOutside(child: ChildProcess | undefined): boolean {
  return SIGNALS_TO_END.includes(child?.signalCode) || EXITS_WHEN_TOLD.includes(child?.exitCode);
}

/** The part of fluent-ffmpeg that its types leave out. */
function processOf(fluent: FluentCommand): ChildProcess | undefined {
  return (fluent as unknown as { ffmpegProc?: ChildProcess }).ffmpegProc;
}

function announce(fluent: FluentCommand, options: RunFfmpegOptions, heard: () => void, pauseWatch: () => void): void {
  const pid = processOf(fluent)?.pid;
  if (pid === undefined) return;
  const reasons = new Set<SuspendReason>();
  let isUp = false;
  let isStopped = false;
  const stopOrGo = (): void => {
    // Stopped before it is ffmpeg, it is not tied to us yet, and would outlive us (see findLifeline).
    if ((isUp && reasons.size > 0) === isStopped) return;
    isStopped = !isStopped;
    fluent.kill(isStopped ? 'SIGSTOP' : 'SIGCONT');
    if (isStopped) pauseWatch();
    else heard();
  };
  options.onStarted?.({
    pid,
    heard() {
      isUp = true;
      stopOrGo();
      if (!isStopped) heard();
    },
    suspend(reason) {
      reasons.add(reason);
      stopOrGo();
    },
    resume(reason) {
      reasons.delete(reason);
      stopOrGo();
    },
  });
}

/** CONT, because a stopped process does not hear TERM; KILL for one that does not listen. */
async function endProcess(fluent: FluentCommand): Promise<void> {
  const child = processOf(fluent);
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  fluent.kill('SIGCONT');
  fluent.kill('SIGTERM');
  const lastResort = setTimeout(() => fluent.kill('SIGKILL'), GRACE_MS);
  await exited;
  clearTimeout(lastResort);
}

/** fluent-ffmpeg asks ffmpeg what it can do before its first run: asked at start, no viewer waits for it. */
export function warmUpFfmpeg(tools: FfmpegTools): Promise<void> {
  const fluent = createCommand();
  tieToUs(fluent, tools);
  return new Promise((resolve) => fluent.availableFormats(() => fluent.availableEncoders(() => resolve())));
}
