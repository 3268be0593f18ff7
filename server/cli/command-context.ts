import { createLog, type Log, type LogLevel } from '../../pipeline/log.ts';
import { loadSettings, type Settings, type SettingsSources } from '../config.ts';
import { findRunningServer } from '../running-server.ts';
import { type ApiClient, createApiClient } from './api-client.ts';

/** What every command works with. */
export interface CommandContext {
  settings: Settings;
  log: Log;
  /** One line to standard output. */
  print(line: string): void;
  /** For what a person waits for, to standard error: it is no result. */
  note(line: string): void;
}

export interface CommandStreams {
  out(text: string): void;
  err(text: string): void;
}

export function createCommandContext(streams: CommandStreams, sources: SettingsSources): CommandContext {
  const settings = loadSettings(sources);
  return {
    settings,
    log: createLog(commandLogLevel(settings.LOG_LEVEL)),
    print: (line) => streams.out(`${line}\n`),
    note: (line) => streams.err(`${line}\n`),
  };
}

/** Commands say themselves what a person must know; the pipeline's log is for those who look into it. */
function commandLogLevel(level: LogLevel): LogLevel {
  return level === 'debug' || level === 'trace' ? level : 'silent';
}

/** The server that works on this media home, if one does. */
export async function connectToServer({ settings }: CommandContext): Promise<ApiClient | undefined> {
  const url = await findRunningServer(settings.MEDIA_DIR);
  return url === undefined ? undefined : createApiClient(url, settings.API_TOKEN);
}
