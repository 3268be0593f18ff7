import { once } from 'node:events';
import { AppError } from '../pipeline/errors.ts';
import { createLog } from '../pipeline/log.ts';
import { loadSettings } from './config.ts';
import { startServer } from './start-server.ts';

const SIGNAL_ECHO_MS = 200;

/**
 * Serves until it is told to stop, by SIGINT or SIGTERM.
 *
 * @throws AppError when it cannot start
 */
export async function runServer(): Promise<void> {
  const settings = loadSettings();
  const log = createLog(settings.LOG_LEVEL);
  const stop = new AbortController();
  let askedAtMs = Number.NEGATIVE_INFINITY;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // Under npm one Ctrl-C comes twice within a millisecond: from the terminal, and passed on by npm.
      const isEcho = performance.now() - askedAtMs < SIGNAL_ECHO_MS;
      askedAtMs = performance.now();
      if (isEcho) return;
      // Asked twice, it is meant: what runs ends with us, and is derived anew at the next start.
      if (stop.signal.aborted) process.exit(1);
      stop.abort();
    });
  }
  const server = await startServer(settings, log);
  process.stdout.write(`Millrace is at ${server.url}\n`);
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
  await server.close();
}

/** The one sentence that a command ends with when it fails. What nobody foresaw is told whole: the stack is all there is. */
export function renderFailure(error: unknown): string {
  if (error instanceof AppError && error.code !== 'internal') return `${error.message}\n`;
  const cause = error instanceof AppError ? (error.cause ?? error) : error;
  return `Something went wrong inside Millrace: ${cause instanceof Error ? cause.stack : String(cause)}\n`;
}
