import { expect, test } from 'vitest';
import { cutChunk } from '../../pipeline/cut-chunk.ts';
import type { ChunkCause } from '../../pipeline/queue/chunk-queue.ts';
import { EVERYTHING, home, rectangle } from './on-demand-home.ts';

test.each<ChunkCause>(['first', 'background', 'further'])('what a %s run gives up waits in the queue again', async (cause) => {
  const { queue, bus, board, run } = await home();
  const { lease } = await run(cause, 0, 6);
  expect(await cutChunk({ queue, bus }, board.run(lease.id)!, 0, 4)).toBe(true);
  const waiting = (await queue.list()).filter(({ claimed }) => !claimed);
  expect(waiting.map((each) => ({ cause: each.cause, ...rectangle(each.chunk) }))).toEqual([
    { cause, renditionIds: EVERYTHING, firstSegment: 4, endSegment: 6 },
  ]);
});

test.each<ChunkCause>(['demand', 'lead', 'prefetch'])('what a %s run gives up is queued for the background already', async (cause) => {
  const { queue, bus, board, run, events } = await home();
  const { lease } = await run(cause, 0, 6);
  expect(await cutChunk({ queue, bus }, board.run(lease.id)!, 0, 4)).toBe(true);
  expect((await queue.list()).map(({ chunk }) => rectangle(chunk))).toEqual([{ renditionIds: EVERYTHING, firstSegment: 0, endSegment: 4 }]);
  expect(events).toContainEqual({ type: 'chunk-cut', titleId: 'film', chunkId: lease.id, endSegment: 4 });
});
