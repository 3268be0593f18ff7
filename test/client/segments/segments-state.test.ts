import { describe, expect, test } from 'vitest';
import {
  applySegmentEvent,
  createSegmentsState,
  type EncodingRun,
  placeAt,
  type SegmentsState,
  segmentAt,
  storedShare,
} from '../../../client/src/segments/segments-state.ts';
import type { PipelineEvent } from '../../../pipeline/event-bus.ts';

/** Five segments: 1, 1, 2, 4 and 2 seconds. */
const boundaryTicks = [0, 1, 2, 4, 8, 10].map((seconds) => seconds * 90_000);
const run: EncodingRun = { chunkId: 'c', renditionIds: ['v720'], firstSegment: 2, endSegment: 5, cause: 'demand', isSuspended: false };

function state(runs: EncodingRun[] = []): SegmentsState {
  return createSegmentsState(
    {
      boundaryTicks,
      renditions: [
        { id: 'v720', kind: 'video', segments: [[0, 2]] },
        { id: 'a1', kind: 'audio', segments: [[0, 5]] },
      ],
    },
    runs,
  );
}

const segment = (number: number): PipelineEvent => ({
  ...{ type: 'segment', titleId: 't', renditionId: 'v720', sizeBytes: 1, cause: 'demand', isTwice: false },
  segment: number,
});
const evicted = (number: number): PipelineEvent => ({ type: 'segment-evicted', titleId: 't', renditionId: 'v720', segment: number });
const chunk = (changes: Partial<Extract<PipelineEvent, { type: 'chunk' }>> = {}): PipelineEvent => ({
  ...{ type: 'chunk', titleId: 't', chunkId: 'c', cause: 'demand', state: 'started', progress: 0, isSuspended: false, next: {} },
  chunk: { renditionIds: ['v720'], firstSegment: 2, endSegment: 5 },
  ...changes,
});
const cut = (endSegment: number): PipelineEvent => ({ type: 'chunk-cut', titleId: 't', chunkId: 'c', endSegment });
const afterEvents = (events: PipelineEvent[], from = state()) => events.reduce(applySegmentEvent, from);

describe('segments', () => {
  test('come and go by events, and the other renditions keep their identity', () => {
    const before = state();
    const next = afterEvents([segment(3), segment(2), evicted(0)], before);
    expect(next.renditions[0]!.segments).toEqual([[1, 4]]);
    expect(next.renditions[1]).toBe(before.renditions[1]);
  });

  test('told twice, or of a rendition that is not of this plan, change nothing at all', () => {
    const before = state();
    expect(afterEvents([segment(1), evicted(4), { ...segment(4), renditionId: 'old' } as PipelineEvent], before)).toBe(before);
  });

  test('are counted over all renditions', () => {
    expect(storedShare(state())).toBe(0.7);
    expect(storedShare({ boundaryTicks: [], renditions: [], runs: [] })).toBe(0);
  });
});

describe('what is being encoded', () => {
  test('is there from the start of its chunk to its end, however that ends', () => {
    const running = afterEvents([chunk()]);
    expect(running.runs).toEqual([run]);
    for (const end of ['done', 'failed', 'released'] as const) expect(afterEvents([chunk({ state: end })], running).runs).toEqual([]);
  });

  test('changes nothing by its progress, which comes several times a second', () => {
    const running = afterEvents([chunk()]);
    expect(afterEvents([chunk({ progress: 0.5, speed: 2 })], running)).toBe(running);
  });

  test('is quieter while it is suspended', () => {
    expect(afterEvents([chunk(), chunk({ isSuspended: true })]).runs).toEqual([{ ...run, isSuspended: true }]);
  });

  test('ends where it was cut, even if a later event names the rectangle it began with', () => {
    expect(afterEvents([chunk(), cut(3), chunk({ progress: 0.9 })]).runs).toEqual([{ ...run, endSegment: 3 }]);
  });
});

describe('a time of the title', () => {
  test.each([
    [0, 0],
    [0.99, 0],
    [1, 1],
    [3.9, 2],
    [9.99, 4],
    [-0.1, undefined],
    [10, undefined],
  ])('%d s is in segment %s', (seconds, index) => {
    expect(segmentAt(boundaryTicks, seconds)).toBe(index);
  });

  test('of a title that is not planned yet is in none', () => {
    expect(segmentAt([], 0)).toBeUndefined();
  });

  test.each<[string, EncodingRun[], string, number, string | undefined]>([
    ['is stored', [], 'v720', 1.5, 'stored'],
    ['is missing', [], 'v720', 5, 'missing'],
    ['is coming when it is encoded for a viewer', [run], 'v720', 5, 'coming'],
    ['is not coming for another rung', [{ ...run, renditionIds: ['v360'] }], 'v720', 5, 'missing'],
    ['is not coming from a run that is suspended', [{ ...run, isSuspended: true }], 'v720', 5, 'missing'],
    ['is not coming from the background, which stops for viewers', [{ ...run, cause: 'background' }], 'v720', 5, 'missing'],
    ['is unknown past the end', [run], 'v720', 10, undefined],
    ['is unknown of a rendition that is not there', [run], 'v1080', 1, undefined],
  ])('%s', (_title, runs, renditionId, seconds, place) => {
    expect(placeAt(state(runs), renditionId, seconds)).toBe(place);
  });
});
