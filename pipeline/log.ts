import pino from 'pino';

/** Structured log. Children carry their context: `log.child({ title, rendition, chunk })`. */
export type Log = pino.Logger;

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** JSON lines on standard error, so that standard output stays the commands' own. */
export function createLog(level: LogLevel): Log {
  return pino({ level, base: null, redact: ['*.key', '*.token', '*.apiToken', '*.authorization'] }, pino.destination(2));
}
