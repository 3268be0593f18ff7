import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import { inputArgs } from './ffprobe-command.ts';
import { onLifeline } from './lifeline.ts';
import type { FfmpegTools } from './locate.ts';
import { ownedEnvironment } from './owner.ts';
import { renderShellCommand } from './render-shell-command.ts';

export interface FfprobeOptions {
  tools: Pick<FfmpegTools, 'ffprobePath' | 'lifeline'>;
  log: Log;
  signal?: AbortSignal | undefined;
  /** Default 60 s. */
  timeoutMs?: number;
  /** 0 to 19. */
  niceness?: number | undefined;
}

export interface FfprobeResult {
  exitCode: number;
  /** Its last 4 KiB. */
  stderr: string;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const MAX_COLLECTED_BYTES = 16 * 1024 * 1024;
const STDERR_TAIL_CHARS = 4096;

/**
 * Runs ffprobe on one local file and passes what it prints to `onStdout` as it comes. An exit status other than 0 is an
 * answer, not an exception: ffprobe also fails late, after useful output.
 *
 * @throws AppError `cancelled`, `ffmpeg_missing`, `source_unreadable` (after the timeout), `ffmpeg_failed` (ended from outside,
 *   retryable), or what `onStdout` throws.
 */
export function streamFfprobe(
  path: string,
  args: string[],
  options: FfprobeOptions,
  onStdout: (bytes: Buffer) => void,
): Promise<FfprobeResult> {
  return streamReader(options.tools.ffprobePath, ['-hide_banner', '-v', 'error', ...args, ...inputArgs(path)], options, onStdout);
}

/** As streamFfprobe, for any program and its whole command line. */
function streamReader(
  program: string,
  command: string[],
  options: Omit<FfprobeOptions, 'tools'> & { tools: Pick<FfmpegTools, 'lifeline'> },
  onStdout: (bytes: Buffer) => void,
): Promise<FfprobeResult> {
  const { log, signal, timeoutMs = DEFAULT_TIMEOUT_MS, niceness } = options;
  const { lifeline } = options.tools;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled());
    log.debug({ command: renderShellCommand([program, ...command]) }, 'a reader starts');
    const tied = onLifeline(lifeline, program, command);
    const child = spawn(tied.command, tied.args, { stdio: ['ignore', 'pipe', 'pipe'], env: ownedEnvironment() });
    if (niceness !== undefined && child.pid !== undefined) setPriority(child.pid, niceness);
    let stderr = '';
    let failure: unknown;
    const stop = (reason: unknown): void => {
      failure ??= reason;
      child.kill('SIGKILL');
    };
    const onAbort = (): void => stop(cancelled());
    const timer = setTimeout(() => stop(tooSlow(timeoutMs)), timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });

    child.stdout.on('data', (bytes: Buffer) => {
      if (failure !== undefined) return;
      try {
        onStdout(bytes);
      } catch (error) {
        stop(error);
      }
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-STDERR_TAIL_CHARS);
    });
    child.on('error', (error) => {
      failure ??= new AppError(
        'ffmpeg_missing',
        `${basename(program)} could not be started. Run \`millrace doctor\` to see what is missing.`,
        {
          cause: error,
        },
      );
    });
    child.on('close', (code, killedBy) => {
      // It ends no file by itself: the out-of-memory killer, or a person. Its last words say nothing of the file.
      if (killedBy === 'SIGKILL' || killedBy === 'SIGTERM') failure ??= endedFromOutside();
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      if (failure !== undefined) reject(failure);
      else resolve({ exitCode: code ?? -1, stderr });
    });
  });
}

/** Runs ffprobe and collects what it prints, at most 16 MiB. Throws as streamFfprobe does. */
export async function collectFfprobe(path: string, args: string[], options: FfprobeOptions): Promise<FfprobeResult & { stdout: string }> {
  const collected: Buffer[] = [];
  let size = 0;
  const result = await streamFfprobe(path, args, options, (bytes) => {
    size += bytes.length;
    if (size > MAX_COLLECTED_BYTES) {
      throw new AppError(
        'source_unsupported',
        'This file describes more streams or tags than any film has. Remux it with ffmpeg and try again.',
      );
    }
    collected.push(bytes);
  });
  return { ...result, stdout: Buffer.concat(collected).toString('utf8') };
}

/** Runs ffprobe and passes each whole line, without its end, to `onLine`: bounded memory, however much is printed. */
export function readFfprobeLines(
  path: string,
  args: string[],
  options: FfprobeOptions,
  onLine: (line: string) => void,
): Promise<FfprobeResult> {
  return readLines((onStdout) => streamFfprobe(path, args, options, onStdout), onLine);
}

/** What an ffmpeg is run with that only reads. */
export type FfmpegReading = Omit<FfprobeOptions, 'tools'> & { tools: Pick<FfmpegTools, 'ffmpegPath' | 'lifeline'> };

/** As streamFfprobe, of an ffmpeg that is told everything in `args` and prints its output to `-`. */
export function streamFfmpeg(args: string[], options: FfmpegReading, onStdout: (bytes: Buffer) => void): Promise<FfprobeResult> {
  return streamReader(options.tools.ffmpegPath, ['-hide_banner', '-nostdin', '-v', 'error', ...args], options, onStdout);
}

/** As readFfprobeLines, of an ffmpeg as streamFfmpeg runs it. */
export function readFfmpegLines(args: string[], options: FfmpegReading, onLine: (line: string) => void): Promise<FfprobeResult> {
  return readLines((onStdout) => streamFfmpeg(args, options, onStdout), onLine);
}

async function readLines(
  stream: (onStdout: (bytes: Buffer) => void) => Promise<FfprobeResult>,
  onLine: (line: string) => void,
): Promise<FfprobeResult> {
  let rest = '';
  const result = await stream((bytes) => {
    // Latin-1 keeps every byte in its place; the lines read this way hold digits only.
    const lines = (rest + bytes.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  if (rest !== '') onLine(rest);
  return result;
}

function cancelled(): AppError {
  return new AppError('cancelled', 'The work was cancelled.');
}

function endedFromOutside(): AppError {
  return new AppError('ffmpeg_failed', 'ffprobe was ended from outside, perhaps for want of memory. It is tried again.', {
    retryable: true,
  });
}

function tooSlow(timeoutMs: number): AppError {
  const message = `Reading this file took longer than ${Math.round(timeoutMs / 1000)} s. Check the disk it is on, then add it again.`;
  return new AppError('source_unreadable', message, { retryable: true, details: { timeoutMs } });
}
