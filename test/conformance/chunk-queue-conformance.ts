import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { Chunk } from '../../pipeline/model/plan.ts';
import type { ChunkCause, ChunkLease, ChunkQueue } from '../../pipeline/queue/chunk-queue.ts';
import { temporaryFolder } from './fixtures.ts';

export interface ChunkQueueDriver {
  /** Opens the queue kept at `path`, a file or an address; opening twice gives two views of one queue. */
  open(options: { path: string; nowMs?: () => number }): Promise<ChunkQueue>;
  /** For other processes: where `open` is exported, and its name there. */
  moduleUrl: string;
  openName: string;
  /** A place that no queue is kept at yet. */
  newPath(): string;
}

const LEASE_MS = 1000;

function chunk(firstSegment: number, endSegment: number, changes: Partial<Chunk> = {}): Chunk {
  return { titleId: 't1', planRevision: 0, renditionIds: ['v360', 'a1'], firstSegment, endSegment, ...changes };
}

/** What every ChunkQueue driver does. */
export function chunkQueueConformance(driver: ChunkQueueDriver): void {
  async function open(path = driver.newPath()) {
    const clock = { nowMs: 1_000_000 };
    const queue = await driver.open({ path, nowMs: () => clock.nowMs });
    onTestFinished(() => queue.close());
    return { queue, clock, path };
  }

  async function claimed(queue: ChunkQueue, workerId = 'w'): Promise<ChunkLease> {
    const lease = await queue.claim(workerId, LEASE_MS);
    if (lease === undefined) throw new Error('There was a chunk to claim');
    return lease;
  }

  test('an empty queue gives nothing', async () => {
    const { queue } = await open();
    expect(await queue.claim('w', LEASE_MS)).toBeUndefined();
    expect(await queue.list()).toEqual([]);
  });

  test('a chunk comes back from the queue as it was added', async () => {
    const { queue } = await open();
    const added = await queue.add(chunk(3, 9, { planRevision: 2 }), 'first');
    expect(added).toEqual({ id: expect.any(String), chunk: chunk(3, 9, { planRevision: 2 }), cause: 'first' });
    expect(await queue.claim('w', LEASE_MS)).toEqual({ ...added, token: expect.any(Number) });
  });

  test('the rest of a chunk goes where that one stood', async () => {
    const { queue } = await open();
    await queue.add(chunk(0, 4), 'background');
    await queue.add(chunk(4, 8), 'background');
    const lease = await claimed(queue);
    await queue.cut(lease.id, 2);
    const rest = await queue.add(chunk(2, 4), 'background', lease.id);
    await queue.complete(lease);
    const again = await claimed(queue);
    expect(again.id).toBe(rest.id);
    await queue.add(chunk(3, 4), 'background', again.id);
    await queue.release(again);
    expect((await queue.list()).map(({ chunk: { firstSegment } }) => firstSegment)).toEqual([3, 4]);
  });

  test('a claim leaves the titles out that it is told to', async () => {
    const { queue } = await open();
    await queue.add(chunk(0, 1), 'demand');
    await queue.add(chunk(0, 1, { titleId: 't2' }), 'background');
    expect(await queue.claim('w', LEASE_MS, undefined, ['t1', 't2'])).toBeUndefined();
    expect(await queue.claim('w', LEASE_MS, undefined, ['t1'])).toMatchObject({ chunk: { titleId: 't2' } });
    expect(await queue.claim('w', LEASE_MS)).toMatchObject({ chunk: { titleId: 't1' } });
  });

  test('demand goes before first, first before background, background before further codecs, and each oldest first', async () => {
    const { queue } = await open();
    const causes: ChunkCause[] = ['further', 'background', 'first', 'demand', 'background', 'demand', 'first', 'further'];
    for (const [n, cause] of causes.entries()) await queue.add(chunk(n, n + 1), cause);
    expect((await queue.list()).map(({ chunk: { firstSegment } }) => firstSegment)).toEqual([3, 5, 2, 6, 1, 4, 0, 7]);
    const order: number[] = [];
    for (const _ of causes) order.push((await claimed(queue)).chunk.firstSegment);
    expect(order).toEqual([3, 5, 2, 6, 1, 4, 0, 7]);
  });

  test('a worker kept for some causes takes no chunk of another', async () => {
    const { queue } = await open();
    await queue.add(chunk(0, 2), 'background');
    expect(await queue.claim('w', LEASE_MS, ['demand', 'first'])).toBeUndefined();
    await queue.add(chunk(4, 6), 'first');
    expect((await queue.claim('w', LEASE_MS, ['demand', 'first']))?.chunk).toEqual(chunk(4, 6));
  });

  test('a chunk with a segment that is claimed is passed over until it is free', async () => {
    const { queue } = await open();
    await queue.add(chunk(0, 4), 'background');
    const holder = await claimed(queue);
    await queue.add(chunk(3, 6), 'demand');
    await queue.add(chunk(4, 6), 'background');
    expect((await claimed(queue)).chunk).toEqual(chunk(4, 6));
    expect(await queue.claim('w', LEASE_MS)).toBeUndefined();
    await queue.complete(holder);
    expect(await queue.claim('w', LEASE_MS)).toBeUndefined();
    const [second] = (await queue.list()).filter((entry) => entry.claimed);
    expect(second?.chunk).toEqual(chunk(4, 6));
  });

  test.each([
    ['another title', { titleId: 't2' }],
    ['other renditions', { renditionIds: ['v720', 'a2'] }],
    ['a rendition whose id only begins alike', { renditionIds: ['v36', 'v3600'] }],
  ])('the same segments of %s are free', async (_, changes) => {
    const { queue } = await open();
    await queue.add(chunk(0, 4), 'background');
    await queue.add(chunk(0, 4, changes), 'background');
    await claimed(queue);
    expect((await claimed(queue)).chunk).toEqual(chunk(0, 4, changes));
  });

  test('one rendition in common is enough to wait', async () => {
    const { queue } = await open();
    await queue.add(chunk(0, 4), 'background');
    await queue.add(chunk(0, 4, { renditionIds: ['v720', 'a1'] }), 'background');
    await claimed(queue);
    expect(await queue.claim('w', LEASE_MS)).toBeUndefined();
  });

  test('a lease owns its own segments and no others', async () => {
    const { queue } = await open();
    await queue.add(chunk(2, 4), 'background');
    const lease = await claimed(queue);
    const owned = async (renditionId: string) => {
      const segments = [];
      for (let n = 0; n < 6; n += 1) if (await queue.owns(lease, renditionId, n)) segments.push(n);
      return segments;
    };
    expect(await owned('v360')).toEqual([2, 3]);
    expect(await owned('a1')).toEqual([2, 3]);
    expect(await owned('v720')).toEqual([]);
    await queue.complete(lease);
    expect(await owned('v360')).toEqual([]);
  });

  test('a lease that ran out owns nothing, cannot be renewed, and its chunk is claimed anew under a higher token', async () => {
    const { queue, clock } = await open();
    await queue.add(chunk(0, 2), 'background');
    const lost = await claimed(queue, 'slow');
    clock.nowMs += LEASE_MS - 1;
    expect(await queue.owns(lost, 'v360', 0)).toBe(true);
    expect(await queue.claim('other', LEASE_MS)).toBeUndefined();
    clock.nowMs += 1;
    expect(await queue.owns(lost, 'v360', 0)).toBe(false);
    expect(await queue.renew(lost, LEASE_MS)).toBe(false);
    expect((await queue.list())[0]?.claimed).toBe(false);
    const taken = await claimed(queue, 'other');
    expect(taken.id).toBe(lost.id);
    expect(taken.token).toBeGreaterThan(lost.token);
    expect(await queue.owns(lost, 'v360', 0)).toBe(false);
    expect(await queue.renew(lost, LEASE_MS)).toBe(false);
    expect(await queue.owns(taken, 'v360', 0)).toBe(true);
  });

  test('whoever lost its lease cannot finish the chunk for its successor', async () => {
    const { queue, clock } = await open();
    await queue.add(chunk(0, 2), 'background');
    const lost = await claimed(queue);
    clock.nowMs += LEASE_MS;
    const taken = await claimed(queue);
    await queue.complete(lost);
    await queue.release(lost);
    expect(await queue.owns(taken, 'v360', 1)).toBe(true);
    expect(await queue.list()).toHaveLength(1);
  });

  test('a clock that is set back does not revive a lease beside its successor', async () => {
    const { queue, clock } = await open();
    await queue.add(chunk(0, 4), 'background');
    const lost = await claimed(queue);
    await queue.add(chunk(2, 6), 'demand');
    clock.nowMs += LEASE_MS;
    const taken = await claimed(queue);
    expect(taken.chunk).toEqual(chunk(2, 6));
    clock.nowMs -= LEASE_MS;
    expect(await queue.owns(lost, 'v360', 3)).toBe(false);
    expect(await queue.owns(taken, 'v360', 3)).toBe(true);
    expect(await queue.claim('w', LEASE_MS)).toBeUndefined();
  });

  test('a renewed lease lasts', async () => {
    const { queue, clock } = await open();
    await queue.add(chunk(0, 2), 'background');
    const lease = await claimed(queue);
    for (let n = 0; n < 5; n += 1) {
      clock.nowMs += LEASE_MS - 1;
      expect(await queue.renew(lease, LEASE_MS)).toBe(true);
    }
    expect(await queue.owns(lease, 'v360', 0)).toBe(true);
  });

  test('a released chunk is gone and its segments are free at once', async () => {
    const { queue } = await open();
    await queue.add(chunk(0, 4), 'background');
    const lease = await claimed(queue);
    await queue.add(chunk(1, 4), 'background');
    await queue.release(lease);
    expect((await queue.list()).map((entry) => entry.chunk)).toEqual([chunk(1, 4)]);
    expect((await claimed(queue)).chunk).toEqual(chunk(1, 4));
  });

  test('the list tells which chunks are claimed, of one title or of all', async () => {
    const { queue } = await open();
    await queue.add(chunk(0, 1), 'background');
    await queue.add(chunk(1, 2), 'background');
    await queue.add(chunk(0, 1, { titleId: 't2' }), 'background');
    await claimed(queue);
    expect((await queue.list('t1')).map((entry) => entry.claimed)).toEqual([true, false]);
    expect((await queue.list()).map((entry) => entry.chunk.titleId)).toEqual(['t1', 't1', 't2']);
    expect(await queue.list('t3')).toEqual([]);
  });

  test('removing a title takes its chunks and its leases, and no others', async () => {
    const { queue } = await open();
    await queue.add(chunk(0, 1), 'background');
    await queue.add(chunk(1, 2), 'background');
    await queue.add(chunk(0, 1, { titleId: 't2' }), 'background');
    const lease = await claimed(queue);
    await queue.removeTitle('t1');
    expect(await queue.owns(lease, 'v360', 0)).toBe(false);
    expect(await queue.renew(lease, LEASE_MS)).toBe(false);
    expect((await queue.list()).map((entry) => entry.chunk.titleId)).toEqual(['t2']);
  });

  test('ids and tokens are never given twice: not after clear, not after a restart', async () => {
    const { queue, path } = await open();
    const added = await queue.add(chunk(0, 1), 'background');
    const lease = await claimed(queue);
    await queue.clear();
    expect(await queue.list()).toEqual([]);
    expect(await queue.owns(lease, 'v360', 0)).toBe(false);
    await queue.close();
    const again = (await open(path)).queue;
    expect((await again.add(chunk(0, 1), 'background')).id).not.toBe(added.id);
    expect((await claimed(again)).token).toBeGreaterThan(lease.token);
    expect(await again.owns(lease, 'v360', 0)).toBe(false);
  });

  test('what was queued and claimed is there after a restart', async () => {
    const { queue, path } = await open();
    await queue.add(chunk(0, 1), 'background');
    await queue.add(chunk(1, 2), 'demand');
    const lease = await claimed(queue);
    await queue.close();
    const again = (await open(path)).queue;
    expect(await again.owns(lease, 'a1', 1)).toBe(true);
    expect((await again.list()).map((entry) => entry.claimed)).toEqual([true, false]);
  });

  test.each([chunk(0, 0), chunk(3, 2), chunk(-1, 2), chunk(0.5, 2), chunk(0, 2, { renditionIds: [] })])(
    'a chunk of nothing is refused: %j',
    async (bad) => {
      const { queue } = await open();
      await expect(queue.add(bad, 'demand')).rejects.toThrow(RangeError);
      expect(await queue.list()).toEqual([]);
    },
  );

  test('whatever is added, claimed, renewed, finished and forgotten: no segment has two owners, tokens grow, the best free chunk is taken', async () => {
    const renditions = ['v360', 'v720', 'a1'];
    const anyChunk = fc
      .record({
        titleId: fc.constantFrom('t1', 't2'),
        renditionIds: fc.subarray(renditions, { minLength: 1 }),
        firstSegment: fc.integer({ min: 0, max: 7 }),
        length: fc.integer({ min: 1, max: 4 }),
      })
      .map(({ titleId, renditionIds, firstSegment, length }) => chunk(firstSegment, firstSegment + length, { titleId, renditionIds }));
    const anyStep = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          do: fc.constant('add' as const),
          chunk: anyChunk,
          cause: fc.constantFrom<ChunkCause>('demand', 'first', 'background'),
        }),
      },
      { weight: 5, arbitrary: fc.record({ do: fc.constant('claim' as const) }) },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constantFrom('complete' as const, 'release' as const, 'renew' as const), pick: fc.nat() }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: LEASE_MS }) }) },
    );
    const { queue, clock } = await open();
    const overlaps = (a: Chunk, b: Chunk) =>
      a.titleId === b.titleId &&
      a.firstSegment < b.endSegment &&
      b.firstSegment < a.endSegment &&
      a.renditionIds.some((id) => b.renditionIds.includes(id));

    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 40 }), async (steps) => {
        await queue.clear();
        const leases: ChunkLease[] = [];
        let lastToken = 0;
        for (const step of steps) {
          if (step.do === 'add') await queue.add(step.chunk, step.cause);
          else if (step.do === 'wait') clock.nowMs += step.ms;
          else if (step.do === 'claim') {
            const entries = await queue.list();
            const held = entries.filter((entry) => entry.claimed);
            const best = entries.find((entry) => !entry.claimed && !held.some((other) => overlaps(entry.chunk, other.chunk)));
            const lease = await queue.claim('w', LEASE_MS);
            expect(lease?.id).toBe(best?.id);
            if (lease === undefined) continue;
            expect(lease.token).toBeGreaterThan(lastToken);
            lastToken = lease.token;
            leases.push(lease);
          } else {
            const lease = leases[step.pick % Math.max(1, leases.length)];
            if (lease !== undefined) await queue[step.do](lease, LEASE_MS);
          }
          const owners = new Map<string, number>();
          for (const lease of leases) {
            for (const renditionId of lease.chunk.renditionIds) {
              for (let n = lease.chunk.firstSegment; n < lease.chunk.endSegment; n += 1) {
                if (!(await queue.owns(lease, renditionId, n))) continue;
                const segment = `${lease.chunk.titleId}/${renditionId}/${n}`;
                expect(owners.get(segment)).toBeUndefined();
                owners.set(segment, lease.token);
              }
            }
          }
        }
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  test('four processes that claim at once never hold the same segment, and all chunks are done once', async () => {
    const { queue, path } = await open();
    const lockDir = join(temporaryFolder(), 'locks');
    mkdirSync(lockDir);
    let planned = 0;
    for (let n = 0; n < 120; n += 1) {
      // Every second chunk overlaps its neighbours.
      const added = chunk(n, n + 1 + (n % 4), { titleId: `t${n % 2}`, renditionIds: n % 3 === 0 ? ['v360'] : ['v360', 'a1'] });
      planned += (added.endSegment - added.firstSegment) * added.renditionIds.length;
      await queue.add(added, n % 5 === 0 ? 'demand' : 'background');
    }
    const script = join(import.meta.dirname, 'claim-worker.ts');
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--import', 'tsx', script, driver.moduleUrl, driver.openName, path, lockDir], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    onTestFinished(() => {
      for (const child of children) child.kill('SIGKILL');
    });
    const exits = children.map((child) => once(child, 'exit'));
    const lines = children.map((child) => {
      const received: string[] = [];
      const ready = new Promise<void>((resolve) => createInterface(child.stdout).on('line', (line) => resolve(void received.push(line))));
      return { received, ready };
    });
    await Promise.all(lines.map(({ ready }) => ready));
    for (const child of children) child.stdin.write('go\n');
    expect((await Promise.all(exits)).map(([status]) => status)).toEqual([0, 0, 0, 0]);
    const results = lines.map(({ received }) => JSON.parse(received[1] as string) as { tokens: number[]; segments: number });
    const tokens = results.flatMap((result) => result.tokens);
    expect(new Set(tokens).size).toBe(120);
    expect(tokens).toHaveLength(120);
    expect(results.reduce((sum, result) => sum + result.segments, 0)).toBe(planned);
    expect(results.every(({ tokens: own }) => own.every((token, n) => n === 0 || token > (own[n - 1] as number)))).toBe(true);
  }, 60_000);
}
