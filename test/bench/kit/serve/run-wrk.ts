import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readCpuSeconds, readMemoryBytes } from './process-usage.ts';
import { CLIENT_CORE, type WebServer } from './web-servers.ts';

export interface Load {
  /** Asked for one after the other, over and over, by all connections together. */
  paths: readonly string[];
  connections: number;
  seconds: number;
}

export interface LoadResult {
  requestsPerSecond: number;
  p99Ms: number;
  /** Of the server's core. */
  busy: number;
  cpuSecondsPerGb: number;
  cpuMicrosPerRequest: number;
  memoryBytes: number;
  errors: number;
}

const DONE = `done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('RESULT {"requests":%d,"bytes":%d,"micros":%d,"p99":%d,"errors":%d}\\n', summary.requests, summary.bytes,
    summary.duration, latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
`;

/** Puts a server under load from the other core, by wrk, after a second of warming up. */
export async function runWrk(server: WebServer, load: Load, folder: string): Promise<LoadResult> {
  const scriptPath = join(folder, 'load.lua');
  await writeFile(scriptPath, load.paths.length === 1 ? DONE : `${renderRound(load.paths)}${DONE}`);
  const run = async (seconds: number) => {
    const args = ['-c', String(CLIENT_CORE), 'wrk', '-t1', `-c${load.connections}`, `-d${seconds}s`, '--timeout', '10s', '--latency'];
    const { stdout } = await promisify(execFile)('taskset', [...args, '-s', scriptPath, `${server.url}${load.paths[0]}`]);
    const result = /^RESULT (.*)$/m.exec(stdout)?.[1];
    if (result === undefined) throw new Error(`wrk said: ${stdout}`);
    return JSON.parse(result) as { requests: number; bytes: number; micros: number; p99: number; errors: number };
  };
  await run(1);
  const before = await readCpuSeconds(server.pid);
  const { requests, bytes, micros, p99, errors } = await run(load.seconds);
  const cpuSeconds = (await readCpuSeconds(server.pid)) - before;
  return {
    requestsPerSecond: requests / (micros / 1e6),
    p99Ms: p99 / 1000,
    busy: cpuSeconds / (micros / 1e6),
    cpuSecondsPerGb: cpuSeconds / (bytes / 1e9),
    cpuMicrosPerRequest: (cpuSeconds * 1e6) / requests,
    memoryBytes: (await readMemoryBytes(server.pid)).nowBytes,
    errors,
  };
}

function renderRound(paths: readonly string[]): string {
  const list = paths.map((path) => `'${path}'`).join(',');
  return `local paths, requests, n = {${list}}, {}, 0
init = function() for i, path in ipairs(paths) do requests[i] = wrk.format('GET', path) end end
request = function() n = n % #requests + 1 return requests[n] end
`;
}
