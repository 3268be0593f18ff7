import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startWatchNotes } from '../../pipeline/watch-notes.ts';
import { openDiskHome } from './disk-home.ts';

/** A film of which one rendition is there, and what is written of its being watched. */
async function openWatched(segments: number) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const home = await openDiskHome();
  await home.addTitle('film', { segments });
  for (let segment = 0; segment < segments; segment += 1) await home.catalogue.recordSegment('film', 'v360', segment, 10);
  const writes = vi.spyOn(home.catalogue, 'noteUsed');
  const notes = startWatchNotes({ ...home, nowMs: () => home.clock.nowMs });
  onTestFinished(() => notes.close());
  home.clock.nowMs = 5000;
  return {
    ...home,
    notes,
    writes,
    async watchedAt(atMs: number): Promise<number[]> {
      const used = await home.catalogue.leastRecentlyUsed(100_000);
      return used.filter(({ usedAtMs }) => usedAtMs === atMs).map(({ segment }) => segment);
    },
  };
}

describe('startWatchNotes', () => {
  test('writes once a second what was asked for, each segment once', async () => {
    const { ask, writes, watchedAt } = await openWatched(5);
    for (const segment of [1, 3, 1, 3]) ask('film', 'v360', segment);
    ask('film', 'v360', 4, 'waiting');
    ask('film', 'v360', 0, 'answered');
    vi.advanceTimersByTime(999);
    expect(writes).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(writes.mock.calls).toEqual([['film', 'v360', [1, 3, 4], 5000]]);
    expect(await watchedAt(5000)).toEqual([1, 3, 4]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(writes).toHaveBeenCalledTimes(1);
    ask('film', 'v360', 0);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await watchedAt(5000)).toEqual([0, 1, 3, 4]);
  });

  test('writes the rest when it is closed, and nothing after that', async () => {
    const { ask, notes, writes, watchedAt } = await openWatched(5);
    ask('film', 'v360', 2);
    await notes.close();
    expect(await watchedAt(5000)).toEqual([2]);
    ask('film', 'v360', 3);
    await vi.advanceTimersByTimeAsync(5000);
    expect(writes).toHaveBeenCalledTimes(1);
  });

  test('holds no more than so many between two writes, whatever is asked for', async () => {
    const { ask, writes } = await openWatched(1);
    for (let segment = 0; segment < 30_000; segment += 1) ask(`title${segment % 7}`, 'v360', segment);
    await vi.advanceTimersByTimeAsync(1000);
    expect(writes.mock.calls.flatMap(([, , segments]) => segments)).toHaveLength(10_000);
    ask('film', 'v360', 0);
    await vi.advanceTimersByTimeAsync(1000);
    expect(writes).toHaveBeenLastCalledWith('film', 'v360', [0], 5000);
  });

  test('goes on after a write that failed, and says so', async () => {
    const { ask, writes, watchedAt, logged } = await openWatched(5);
    writes.mockRejectedValueOnce(new Error('busy for too long'));
    ask('film', 'v360', 2);
    await vi.advanceTimersByTimeAsync(1000);
    ask('film', 'v360', 3);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await watchedAt(5000)).toEqual([3]);
    expect(logged).toEqual([expect.stringContaining('busy for too long')]);
  });
});
