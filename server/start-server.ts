import { join } from 'node:path';
import type { Log } from '../pipeline/log.ts';
import { composePipeline } from './compose.ts';
import type { Settings } from './config.ts';
import { everybodyMayRead } from './http/access.ts';
import { parseTrustedProxies } from './http/client-address.ts';
import { openHttpServer } from './http-server.ts';
import { createListener } from './listener.ts';
import { findProjectRoot } from './project-root.ts';
import { noteRunningServer } from './running-server.ts';

export interface RunningServer {
  /** Where people reach it. */
  url: string;
  /** Ends waits and event streams, lets answers under way finish, cancels encoders. What was committed stays. */
  close(): Promise<void>;
}

/** How long answers under way may take to end. */
const GRACE_MS = 5_000;

/** A client that takes nothing for so long, beyond what it may have to wait itself, is not there any more. */
const STALLED_MS = 30_000;

/**
 * Takes the port, then the media home, then serves.
 *
 * @throws AppError `port_taken`, `already_running`, `config_invalid`, `ffmpeg_missing`; nothing is left running
 */
export async function startServer(settings: Settings, log: Log): Promise<RunningServer> {
  const mediaDir = settings.MEDIA_DIR;
  // The setting was checked where it was read.
  const isTrustedProxy = parseTrustedProxies(settings.TRUST_PROXY) ?? (() => false);
  const server = await openHttpServer({
    host: settings.HOST,
    port: settings.PORT,
    limits: { isTrustedProxy, connections: settings.MAX_CONNECTIONS, connectionsPerAddress: settings.CONNECTIONS_PER_ADDRESS },
    stalledMs: settings.DEMAND_WAIT_SECONDS * 1000 + STALLED_MS,
  });
  const stopping = new AbortController();
  let giveBack = async (): Promise<void> => {};
  try {
    giveBack = await noteRunningServer(mediaDir, server.url);
    const pipeline = await composePipeline(settings, log);
    server.serve(
      createListener({
        services: pipeline.services,
        mayRead: everybodyMayRead,
        cacheBytes: settings.CACHE_BYTES,
        hostRules: { host: settings.HOST, allowedHosts: settings.ALLOWED_HOSTS, baseUrl: settings.BASE_URL },
        isTrustedProxy,
        requestsPerAddress: settings.REQUESTS_PER_ADDRESS,
        apiToken: settings.API_TOKEN,
        clientDir: join(findProjectRoot(), 'dist', 'client'),
        waitMs: settings.DEMAND_WAIT_SECONDS * 1000,
        stopping: stopping.signal,
      }),
    );
    log.info({ url: server.url, mediaDir }, 'serving');
    return {
      url: settings.BASE_URL ?? server.url,
      async close() {
        stopping.abort();
        await server.close(GRACE_MS);
        await pipeline.close();
        await giveBack();
        log.info('stopped');
      },
    };
  } catch (error) {
    await giveBack();
    await server.close(0);
    throw error;
  }
}
