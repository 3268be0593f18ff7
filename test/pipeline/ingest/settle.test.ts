import { describe, expect, test } from 'vitest';
import {
  DEFAULT_SETTLE_SETTINGS,
  type FileObservation,
  type SettleDecision,
  type SettleMemory,
  settle,
} from '../../../pipeline/ingest/settle.ts';

const MB = 1_000_000;

/** A look with what does not matter to the case filled in: a closed, complete, fully written file of 10 MB. */
function look(atMs: number, seen: Partial<FileObservation> = {}): FileObservation {
  const sizeBytes = seen.sizeBytes ?? 10 * MB;
  return { atMs, sizeBytes, allocatedBytes: sizeBytes, mtimeMs: 0, inode: 7, openForWriting: false, container: 'complete', ...seen };
}

/** Replays recorded looks and answers each one's decision. */
function replay(looks: (FileObservation | 'gone')[]): SettleDecision[] {
  let memory: SettleMemory | undefined;
  return looks.map((seen) => {
    const step = settle(memory, seen);
    memory = step.memory;
    return step.decision;
  });
}

/** `wait:growing`, `settled`, `gone`. */
function kinds(looks: (FileObservation | 'gone')[]): string[] {
  return replay(looks).map((decision) => (decision.kind === 'wait' ? `wait:${decision.reasonCode}` : decision.kind));
}

describe('a file that arrives whole', () => {
  test('renamed into place with an old time, it settles on the first look', () => {
    expect(kinds([look(100_000, { mtimeMs: 40_000 })])).toEqual(['settled']);
  });

  test('renamed into place with a fresh time, it settles two seconds after that time and no look is wasted', () => {
    const [first] = replay([look(100_000, { mtimeMs: 99_500 })]);
    expect(first).toMatchObject({ kind: 'wait', reasonCode: 'quiet', until: 101_500 });
    expect(kinds([look(100_000, { mtimeMs: 99_500 }), look(101_500, { mtimeMs: 99_500 })])).toEqual(['wait:quiet', 'settled']);
  });

  test('a container that says nothing of its end (MPEG-TS) settles when its time is older than the quiet period', () => {
    expect(kinds([look(100_000, { mtimeMs: 85_000, container: 'unknown' })])).toEqual(['settled']);
    expect(kinds([look(100_000, { mtimeMs: 95_000, container: 'unknown' })])).toEqual(['wait:quiet']);
  });

  test('a modification time in the future is not believed: our own clock settles it', () => {
    const future = { mtimeMs: 999_000 };
    expect(kinds([look(100_000, future), look(101_000, future), look(102_000, future)])).toEqual(['wait:quiet', 'wait:quiet', 'settled']);
  });
});

describe('a file that is being written', () => {
  test('a slow copy waits while it grows and while it is open, however long it pauses', () => {
    expect(
      kinds([
        look(0, { sizeBytes: 1 * MB, mtimeMs: 0, openForWriting: true, container: 'incomplete' }),
        look(2_000, { sizeBytes: 2 * MB, mtimeMs: 1_900, openForWriting: true, container: 'incomplete' }),
        look(60_000, { sizeBytes: 2 * MB, mtimeMs: 1_900, openForWriting: true, container: 'incomplete' }),
        look(61_000, { sizeBytes: 10 * MB, mtimeMs: 60_900, openForWriting: false }),
        look(62_900, { sizeBytes: 10 * MB, mtimeMs: 60_900, openForWriting: false }),
      ]),
    ).toEqual(['wait:open', 'wait:open', 'wait:open', 'wait:growing', 'settled']);
  });

  test('a growing file whose writer opens it anew for each piece waits for its end', () => {
    expect(
      kinds([
        look(0, { sizeBytes: 1 * MB, mtimeMs: 0, container: 'incomplete' }),
        look(3_000, { sizeBytes: 2 * MB, mtimeMs: 2_500, container: 'incomplete' }),
        look(8_000, { sizeBytes: 2 * MB, mtimeMs: 2_500, container: 'incomplete' }),
        look(9_000, { sizeBytes: 3 * MB, mtimeMs: 8_500, container: 'complete' }),
        look(10_500, { sizeBytes: 3 * MB, mtimeMs: 8_500, container: 'complete' }),
      ]),
    ).toEqual(['wait:incomplete', 'wait:growing', 'wait:incomplete', 'wait:growing', 'settled']);
  });

  test('a copy that ends by giving the file its old time back settles as soon as it is closed', () => {
    expect(
      kinds([
        look(100_000, { sizeBytes: 4 * MB, mtimeMs: 99_900, openForWriting: true, container: 'incomplete' }),
        look(101_900, { mtimeMs: 5_000 }),
      ]),
    ).toEqual(['wait:open', 'settled']);
  });

  test('a preallocated file (Samba) waits although its size never changes', () => {
    const reserved = { allocatedBytes: 2 * MB, mtimeMs: 0, container: 'incomplete' } as const;
    expect(
      kinds([
        look(0, { ...reserved, openForWriting: true }),
        look(5_000, { ...reserved, openForWriting: 'unknown' }),
        look(29_000, { ...reserved, openForWriting: 'unknown' }),
        look(30_000, { mtimeMs: 29_500, openForWriting: false }),
        look(31_500, { mtimeMs: 29_500, openForWriting: false }),
      ]),
    ).toEqual(['wait:open', 'wait:incomplete', 'wait:incomplete', 'wait:growing', 'settled']);
  });

  test('reserved space holds a file back even when its container looks complete', () => {
    const holes = { allocatedBytes: 6 * MB, mtimeMs: 0 };
    expect(kinds([look(5_000, holes)])).toEqual(['wait:incomplete']);
    expect(kinds([look(5_000, { ...holes, openForWriting: 'unknown' })])).toEqual(['wait:incomplete']);
  });

  test('the next look at a written file is never further than two seconds away, nor nearer than a quarter', () => {
    for (const mtimeMs of [0, 50_000, 99_999, 100_000, 200_000]) {
      for (const openForWriting of [true, false, 'unknown'] as const) {
        for (const container of ['complete', 'incomplete', 'unknown'] as const) {
          const [decision] = replay([look(100_000, { mtimeMs, openForWriting, container })]);
          if (decision?.kind !== 'wait') continue;
          expect(decision.until).toBeGreaterThanOrEqual(100_250);
          expect(decision.until).toBeLessThanOrEqual(102_000);
        }
      }
    }
  });
});

describe('a file that never completes', () => {
  const truncated = { mtimeMs: 1_000, container: 'incomplete' } as const;

  test('cut off and closed, it settles after the quiet period so that it can fail with a reason', () => {
    expect(kinds([look(50_000, truncated), look(59_999, truncated), look(60_000, truncated)])).toEqual([
      'wait:incomplete',
      'wait:incomplete',
      'settled',
    ]);
  });

  test('an old time does not settle a cut off file at once', () => {
    expect(kinds([look(5_000_000, truncated)])).toEqual(['wait:incomplete']);
  });

  test('empty, it is given the quiet period to be filled', () => {
    const empty = { sizeBytes: 0, mtimeMs: 0, container: 'incomplete' } as const;
    expect(kinds([look(50_000, empty), look(55_000, empty), look(60_000, empty)])).toEqual([
      'wait:incomplete',
      'wait:incomplete',
      'settled',
    ]);
  });
});

describe('a file that changes under our eyes', () => {
  test('deleted while waiting, it is gone', () => {
    expect(kinds([look(0, { openForWriting: true }), 'gone'])).toEqual(['wait:open', 'gone']);
  });

  test('deleted and dropped again, it starts from the beginning', () => {
    const cut = { mtimeMs: 0, container: 'incomplete' } as const;
    expect(kinds([look(50_000, cut), 'gone', look(60_000, cut)])).toEqual(['wait:incomplete', 'gone', 'wait:incomplete']);
  });

  test('replaced by another file of the same size and time, its stillness counts anew', () => {
    const cut = { mtimeMs: 0, container: 'incomplete' } as const;
    expect(
      kinds([
        look(50_000, cut),
        look(59_000, { ...cut, inode: 8 }),
        look(61_000, { ...cut, inode: 8 }),
        look(69_000, { ...cut, inode: 8 }),
      ]),
    ).toEqual(['wait:incomplete', 'wait:growing', 'wait:incomplete', 'settled']);
  });
});

describe('where /proc cannot say who writes', () => {
  const blind = { openForWriting: 'unknown' } as const;

  test('a complete container settles once two seconds of stillness were seen', () => {
    const fresh = { ...blind, mtimeMs: 99_000 };
    expect(kinds([look(100_000, fresh), look(101_500, fresh), look(102_000, fresh)])).toEqual(['wait:quiet', 'wait:quiet', 'settled']);
  });

  test('a complete container with a time older than the quiet period settles on the first look', () => {
    expect(kinds([look(100_000, { ...blind, mtimeMs: 80_000 })])).toEqual(['settled']);
  });

  test('any other container must be seen still for the quiet period: its time may be another clock’s', () => {
    const stream = { ...blind, mtimeMs: 0, container: 'unknown' } as const;
    expect(kinds([look(100_000, stream), look(109_000, stream), look(110_000, stream)])).toEqual(['wait:quiet', 'wait:quiet', 'settled']);
  });

  test('an incomplete one is given longer, because a paused upload looks the same', () => {
    const cut = { ...blind, mtimeMs: 0, container: 'incomplete' } as const;
    const { stalledMs } = DEFAULT_SETTLE_SETTINGS;
    expect(kinds([look(100_000, cut), look(120_000, cut), look(100_000 + stalledMs, cut)])).toEqual([
      'wait:incomplete',
      'wait:incomplete',
      'settled',
    ]);
  });
});
