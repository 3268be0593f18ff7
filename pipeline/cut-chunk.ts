import type { EventBus } from './event-bus.ts';
import type { Chunk } from './model/plan.ts';
import { isUnwatched, type RunState } from './model/work/run-state.ts';
import type { ChunkQueue } from './queue/chunk-queue.ts';

/**
 * A run gives up what lies from `endSegment` on. Who encodes it is told by `chunk-cut`, and by the queue, which it asks before
 * every commit. What the run was to do for the library waits in the queue again; what it did for viewers never left the
 * background's part of the queue. False when the run had ended, or ended there already.
 */
export async function cutChunk(
  { queue, bus }: { queue: ChunkQueue; bus: EventBus },
  run: RunState,
  planRevision: number,
  endSegment: number,
): Promise<boolean> {
  const { chunkId, titleId, chunk, cause } = run;
  if (!(await queue.cut(chunkId, endSegment))) return false;
  bus.publish({ type: 'chunk-cut', titleId, chunkId, endSegment });
  const rest: Chunk = { titleId, planRevision, ...chunk, firstSegment: Math.max(chunk.firstSegment, endSegment) };
  if (cause !== 'first' && cause !== 'copy' && !isUnwatched(cause)) return true;
  const added = await queue.add(rest, cause, chunkId);
  bus.publish({ type: 'chunk-queued', titleId, chunkId: added.id, cause: added.cause });
  return true;
}
