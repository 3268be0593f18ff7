/**
 * `npm run bench serve [CONNECTIONS | soak]`: what one core serves, beside nginx and express.static, of the same files in the same run:
 * segments of 1.5 MB and 150 KB and playlists, hot and cold, with 64 connections (or as many as are said). `soak`: 2,000 viewers for
 * two minutes. Needs two cores, and Debian's wrk and nginx.
 *
 * Cold: the segments are asked for in turn and are more than CACHE_BYTES, so none is in our memory; all are in the page cache.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { segmentCount } from '../../pipeline/model/timeline/segments.ts';
import { createSeededRandom } from '../e2e/crash/seeded-random.ts';
import { findProgram } from '../e2e/find-program.ts';
import { makeServedLibrary, type ServedLibrary } from './kit/serve/library.ts';
import { readCpuSeconds, readMemoryBytes } from './kit/serve/process-usage.ts';
import { type LoadResult, runWrk } from './kit/serve/run-wrk.ts';
import { simulateViewers } from './kit/serve/simulate-viewers.ts';
import { CLIENT_CORE, pinToCore, startExpressStatic, startNginx, startOurs, type WebServer } from './kit/serve/web-servers.ts';
import { percentile, renderTable } from './kit/statistics.ts';

const SECONDS = 4;
/** Less than the segments of either size come to. */
const CACHE_BYTES = 256 * 1024 * 1024;
const SOAK_CACHE_BYTES = 64_000_000;
const what = process.argv[2] ?? '64';
const missing = ['taskset', ...(what === 'soak' ? [] : ['wrk', 'nginx'])].filter((name) => findProgram(name) === undefined);
if (missing.length > 0 || availableParallelism() < 2) {
  process.stderr.write(
    `This bench needs two cores and ${missing.join(', ') || 'has one'}. On Debian: apt-get install wrk nginx-light util-linux\n`,
  );
  process.exit(1);
}
const folder = await mkdtemp(join(tmpdir(), 'mr-serve-'));
try {
  if (what === 'soak') await soak(await makeServedLibrary(folder, { titles: 8, seconds: 400 }));
  else await compare(await makeServedLibrary(folder, { titles: 10, seconds: 800 }), Number(what));
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function compare(library: ServedLibrary, connections: number): Promise<void> {
  const title = `/titles/${library.titleIds[0]}`;
  const all = (titleId: string, rendition: string) =>
    Array.from({ length: segmentCount(library.plan.timeline) }, (_, segment) => `/titles/${titleId}/${rendition}/${segment}.m4s`);
  const large = all(library.titleIds[0]!, 'v1080');
  const small = library.titleIds.flatMap((titleId) => all(titleId, 'v360'));
  const cases: [string, string[]][] = [
    ['1.5 MB, hot', large.slice(7, 8)],
    ['150 KB, hot', small.slice(7, 8)],
    ['media playlist', [`${title}/v360/media.m3u8`]],
    ['multivariant playlist', [`${title}/multivariant.m3u8`]],
    ['1.5 MB, cold', large],
    ['150 KB, cold', small],
  ];
  const servers: WebServer[] = [];
  try {
    servers.push(await startOurs(library, { CACHE_BYTES: String(CACHE_BYTES) }));
    servers.push(await startNginx(library, folder, 'plain'), await startNginx(library, folder, 'tuned'));
    servers.push(await startExpressStatic(library));
    const rows = [['what', 'server', 'requests/s', '× nginx', 'p99 ms', 'core busy', 'CPU µs/request', 'CPU s/GB', 'memory MB', 'errors']];
    for (const [name, paths] of cases) {
      const results: [string, LoadResult][] = [];
      for (const server of servers) results.push([server.name, await runWrk(server, { paths, connections, seconds: SECONDS }, folder)]);
      const nginx = results.find(([server]) => server === 'nginx')![1];
      for (const [server, result] of results) rows.push([name, server, ...renderResult(result, nginx)]);
    }
    process.stdout.write(`\n${connections} connections, one core each for server and client:\n\n${renderTable(rows)}\n`);
  } finally {
    for (const server of servers) await server.stop();
  }
}

function renderResult(result: LoadResult, nginx: LoadResult): string[] {
  return [
    result.requestsPerSecond.toFixed(0),
    (result.requestsPerSecond / nginx.requestsPerSecond).toFixed(2),
    result.p99Ms.toFixed(1),
    `${(result.busy * 100).toFixed(0)} %`,
    result.cpuMicrosPerRequest.toFixed(0),
    result.cpuSecondsPerGb.toFixed(2),
    (result.memoryBytes / 1e6).toFixed(0),
    String(result.errors),
  ];
}

async function soak(library: ServedLibrary): Promise<void> {
  pinToCore(process.pid, CLIENT_CORE);
  const [viewers, seconds] = [2000, 120];
  const server = await startOurs(library, { CACHE_BYTES: String(SOAK_CACHE_BYTES) });
  try {
    const before = await readCpuSeconds(server.pid);
    const { segmentMs, playlistMs, bytes, errors, late } = await simulateViewers({
      ...{ url: server.url, titleIds: library.titleIds, renditionId: 'v360', viewers, seconds, segmentSeconds: 4, bufferSegments: 3 },
      ...{ segments: segmentCount(library.plan.timeline), random: createSeededRandom(1).next },
    });
    const cpuSeconds = (await readCpuSeconds(server.pid)) - before;
    const { nowBytes, mostBytes } = await readMemoryBytes(server.pid);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    const cache = metrics.split('\n').filter((line) => line.startsWith('millrace_cache_'));
    const rows = [
      ['what', `${viewers} viewers, ${seconds} s, CACHE_BYTES ${SOAK_CACHE_BYTES}`],
      ['segments, playlists', `${segmentMs.length}, ${playlistMs.length}`],
      ['sent', `${(bytes / 1e9).toFixed(1)} GB`],
      ['errors', `${errors.length} ${errors.slice(0, 3).join('; ')}`],
      ['late segments', String(late)],
      ['segment: median, p99, slowest', [0.5, 0.99, 1].map((share) => `${percentile(segmentMs, share).toFixed(1)} ms`).join(', ')],
      ['playlist: median, p99, slowest', [0.5, 0.99, 1].map((share) => `${percentile(playlistMs, share).toFixed(1)} ms`).join(', ')],
      ['core busy', `${((cpuSeconds / seconds) * 100).toFixed(0)} %`],
      ['memory: at the end, most', [nowBytes, mostBytes].map((size) => `${(size / 1e6).toFixed(0)} MB`).join(', ')],
      ...cache.map((line): string[] => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]),
    ];
    process.stdout.write(`\n${renderTable(rows)}\n`);
  } finally {
    await server.stop();
  }
}
