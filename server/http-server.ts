import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '../pipeline/errors.ts';
import { type ConnectionLimits, limitConnections } from './connection-limits.ts';
import { writeProblem } from './http/problem.ts';

export interface HttpServer {
  /** Where people reach it from this machine. */
  url: string;
  /** Until it is called, everything is answered 503: the port is taken first, the work comes after. */
  serve(listener: RequestListener): void;
  /** Takes no more connections, lets answers under way end for `graceMs`, then cuts them off. */
  close(graceMs: number): Promise<void>;
}

/** Above the 60 s of the proxies that people put in front, so that they close a connection before we do. */
const KEEP_ALIVE_MS = 65_000;
/** Who takes longer to say what is wanted is slow on purpose (slow loris). */
const HEADERS_MS = 15_000;
const CHECK_MS = 3_000;
/** Connections that come at once; the system may have less. */
const BACKLOG = 2048;

export interface HttpServerOptions {
  host: string;
  port: number;
  limits?: ConnectionLimits;
  /**
   * A connection on which nothing moves for so long, in either direction, while a request is under way is ended: its client does not
   * read what it asked for. Longer than any wait. 0 for never.
   */
  stalledMs?: number;
  headersMs?: number;
}

/**
 * Listens, so that a port that is taken is known before anything else is done.
 *
 * @throws AppError `port_taken` when another program has it, `config_invalid` when HOST or PORT cannot be listened on
 */
export async function openHttpServer({
  host,
  port,
  limits,
  stalledMs = 0,
  headersMs = HEADERS_MS,
}: HttpServerOptions): Promise<HttpServer> {
  let listener: RequestListener = (_req, res) => {
    writeProblem(res, new AppError('not_ready', 'The server is starting.', { retryable: true }));
  };
  // An upload takes as long as it takes; what is slow on purpose is stopped at its headers.
  const times = { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: headersMs, requestTimeout: 0 };
  const server = createServer({ ...times, connectionsCheckingInterval: Math.min(CHECK_MS, headersMs) }, (req, res) => listener(req, res));
  server.timeout = stalledMs;
  if (limits) limitConnections(server, limits);
  // An upload asks before it sends, and is told by its route; to everything else the answer is yes.
  server.on('checkContinue', (req, res) => {
    if (req.method !== 'PUT') res.writeContinue();
    listener(req, res);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explainListenError(error, host, port)));
    server.listen({ port, host, backlog: BACKLOG }, resolve);
  });
  const address = server.address() as AddressInfo;

  return {
    url: `http://${renderHost(host)}:${address.port}`,
    serve(next) {
      listener = next;
    },
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

/** An address that means "all of them" is no place to go to. */
function renderHost(host: string): string {
  if (['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function explainListenError(error: NodeJS.ErrnoException, host: string, port: number): AppError {
  if (error.code === 'EADDRINUSE') {
    return new AppError('port_taken', `Port ${port} is taken by another program. Stop it, or set PORT to another one.`, { cause: error });
  }
  if (error.code === 'EACCES')
    return new AppError('config_invalid', `This user may not listen on port ${port}. Set PORT to one above 1023.`, { cause: error });
  return new AppError('config_invalid', `Nothing can listen on ${host}, port ${port}: ${error.message}`, { cause: error });
}
