import { closeSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ChunkQueue } from '../../pipeline/queue/chunk-queue.ts';

/**
 * A worker process of the queue's conformance suite. Takes chunks until the queue is empty; while it holds one, it has a
 * lock file for each of its segments, made with O_EXCL, so that the file system tells when two workers hold the same.
 * Arguments: driver module URL, name of its open function, queue location, lock folder. Prints one JSON line.
 */
const [driverModule = '', openName = '', location = '', lockDir = ''] = process.argv.slice(2);
const driver = (await import(driverModule)) as Record<string, (options: { path: string }) => Promise<ChunkQueue>>;
const queue = await (driver[openName] as (options: { path: string }) => Promise<ChunkQueue>)({ path: location });

const tokens: number[] = [];
let segments = 0;
process.stdout.write('ready\n');
await new Promise((begin) => process.stdin.once('data', begin));
while ((await queue.list()).length > 0) {
  const lease = await queue.claim(`worker ${process.pid}`, 60_000);
  if (lease === undefined) continue;
  tokens.push(lease.token);
  const { chunk } = lease;
  const locks = chunk.renditionIds.flatMap((renditionId) =>
    Array.from({ length: chunk.endSegment - chunk.firstSegment }, (_, n) => ({ renditionId, segment: chunk.firstSegment + n })),
  );
  const lockPath = (lock: { renditionId: string; segment: number }) =>
    join(lockDir, `${chunk.titleId}.${lock.renditionId}.${lock.segment}`);
  for (const lock of locks) closeSync(openSync(lockPath(lock), 'wx'));
  for (const lock of locks) {
    if (!(await queue.owns(lease, lock.renditionId, lock.segment))) throw new Error('A held lease does not own its segment');
    segments += 1;
  }
  for (const lock of locks) unlinkSync(lockPath(lock));
  if (tokens.length % 3 === 0) await queue.release(lease);
  else await queue.complete(lease);
}
await queue.close();
process.stdout.write(`${JSON.stringify({ tokens, segments })}\n`);
process.exit(0);
