import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startMillrace } from '../../../e2e/start-millrace.ts';
import { freePort } from '../../../free-port.ts';
import type { ServedLibrary } from './library.ts';

export const SERVER_CORE = 0;
export const CLIENT_CORE = 1;

export interface WebServer {
  name: string;
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** All threads of a process, and those it starts from now on, on one core. */
export function pinToCore(pid: number, core: number): void {
  execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' });
}

export async function startOurs({ mediaDir }: ServedLibrary, env: NodeJS.ProcessEnv = {}): Promise<WebServer> {
  const millrace = await startMillrace(mediaDir, { BACKGROUND_CORES: '0', LOG_LEVEL: 'error', ...env });
  pinToCore(millrace.pid, SERVER_CORE);
  // Debian's localhost is IPv6 first.
  const url = millrace.url.replace('localhost', '127.0.0.1');
  return { name: 'Millrace', url, pid: millrace.pid, stop: async () => void (await millrace.stop()) };
}

export async function startExpressStatic({ staticDir }: ServedLibrary): Promise<WebServer> {
  const script = fileURLToPath(new URL('static-server.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, staticDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  pinToCore(child.pid!, SERVER_CORE);
  return { name: 'express.static', url: String(line).trim(), pid: child.pid!, stop: () => stop(child) };
}

export type NginxKind = 'plain' | 'tuned';

/**
 * One process, as configured by Debian but for the log of every request, which we write none of. `tuned` also keeps files open and
 * looks at them once a minute only.
 */
export async function startNginx({ staticDir }: ServedLibrary, folder: string, kind: NginxKind): Promise<WebServer> {
  const port = await freePort();
  const home = join(folder, `nginx-${kind}`);
  await mkdir(home, { recursive: true });
  const tuned = kind === 'tuned' ? 'open_file_cache max=5000 inactive=5m; open_file_cache_valid 60s; ' : '';
  const configuration = `daemon off; master_process off; pid ${home}/nginx.pid; error_log stderr error;
events { worker_connections 4096; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; ${tuned}
  types { application/vnd.apple.mpegurl m3u8; video/mp4 mp4; video/iso.segment m4s; }
  client_body_temp_path ${home}/body; proxy_temp_path ${home}/proxy; fastcgi_temp_path ${home}/fastcgi;
  uwsgi_temp_path ${home}/uwsgi; scgi_temp_path ${home}/scgi;
  server { listen 127.0.0.1:${port} backlog=4096; root ${staticDir}; }
}
`;
  await writeFile(join(home, 'nginx.conf'), configuration);
  const child = spawn('nginx', ['-p', home, '-c', join(home, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'inherit'] });
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 50; attempt++) {
    if (
      await fetch(url)
        .then(() => true)
        .catch(() => false)
    )
      break;
    await wait(100);
  }
  pinToCore(child.pid!, SERVER_CORE);
  return { name: kind === 'tuned' ? 'nginx, tuned' : 'nginx', url, pid: child.pid!, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'close');
  child.kill();
  await ended;
}
