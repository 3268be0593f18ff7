import { describe, expect, test } from 'vitest';
import { type MissingOptions, planMissingChunks, planTitleChunks } from '../../../pipeline/model/missing-chunks.ts';
import type { Chunk } from '../../../pipeline/model/plan.ts';
import { planTimeline } from '../../../pipeline/model/timeline/boundaries.ts';
import { av1Rung, hevcRung, iframeRendition, samplePlan } from './hls/sample-plan.ts';

/** Ten segments of two rungs and a sound. */
const BASE = samplePlan();
const VIDEO = BASE.renditions.filter(({ kind }) => kind === 'video').slice(0, 2);
const AUDIO = BASE.renditions.filter(({ kind }) => kind === 'audio').slice(0, 1);
const PLAN = { ...BASE, timeline: planTimeline(32 * 90_000), renditions: [...VIDEO, ...AUDIO] };
const [V1, V2, A1] = PLAN.renditions.map(({ id }) => id) as [string, string, string];

/** `V1+A1 0-3`: both renditions, segments 0 to 2. */
function missing(committed: Record<string, number[]>, options: MissingOptions): string[] {
  const sets = new Map(Object.entries(committed).map(([id, segments]) => [id, new Set(segments)]));
  return planMissingChunks(PLAN, sets, options).map(
    ({ renditionIds, firstSegment, endSegment }) => `${renditionIds.join('+')} ${firstSegment}-${endSegment}`,
  );
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

describe('what is missing, as chunks', () => {
  test.each<[string, Record<string, number[]>, MissingOptions, string[]]>([
    [
      'all of a new title, in chunks as long as they may be',
      {},
      { maxSegments: 4 },
      [`${V1}+${V2}+${A1} 0-4`, `${V1}+${V2}+${A1} 4-8`, `${V1}+${V2}+${A1} 8-10`],
    ],
    ['one chunk where it may be as long', {}, { maxSegments: 100 }, [`${V1}+${V2}+${A1} 0-10`]],
    ['nothing of a complete title', { [V1]: range(0, 10), [V2]: range(0, 10), [A1]: range(0, 10) }, { maxSegments: 4 }, []],
    [
      'the rest after what is there',
      { [V1]: range(0, 3), [V2]: range(0, 3), [A1]: range(0, 3) },
      { maxSegments: 4 },
      [`${V1}+${V2}+${A1} 3-7`, `${V1}+${V2}+${A1} 7-10`],
    ],
    ['a hole alone', { [V1]: [0, 1, 2, 4, 5, 6, 7, 8, 9], [V2]: range(0, 10), [A1]: range(0, 10) }, { maxSegments: 4 }, [`${V1} 3-4`]],
    [
      'renditions together only where they lack the same',
      { [V2]: [0, 1], [A1]: range(0, 10) },
      { maxSegments: 10 },
      [`${V1} 0-2`, `${V1}+${V2} 2-10`],
    ],
    [
      'what is asked for, and nothing around it',
      {},
      { maxSegments: 10, within: { firstSegment: 4, endSegment: 6, renditionIds: [A1] } },
      [`${A1} 4-6`],
    ],
    [
      'every rendition of a stretch that names none',
      { [A1]: [4] },
      { maxSegments: 10, within: { firstSegment: 4, endSegment: 6 } },
      [`${V1}+${V2} 4-5`, `${V1}+${V2}+${A1} 5-6`],
    ],
    [
      'renditions that the plan does not have are not missing',
      {},
      { maxSegments: 10, within: { firstSegment: 0, endSegment: 2, renditionIds: ['v9'] } },
      [],
    ],
  ])('%s', (_, committed, options, chunks) => {
    expect(missing(committed, options)).toEqual(chunks);
  });

  test('names its title and the plan’s revision', () => {
    const chunks = planMissingChunks({ ...PLAN, revision: 3 }, new Map(), { maxSegments: 100 });
    expect(chunks).toEqual([{ titleId: PLAN.titleId, planRevision: 3, renditionIds: [V1, V2, A1], firstSegment: 0, endSegment: 10 }]);
  });
});

describe('the order of a title’s work', () => {
  test('what a player starts with comes first, in a chunk of its own', () => {
    const { start, rest } = planTitleChunks(PLAN, new Map(), 4);
    expect(start).toHaveLength(1);
    expect(start[0]).toMatchObject({ firstSegment: 0, endSegment: 3 });
    expect(start[0]?.renditionIds).toHaveLength(2);
    expect(start[0]?.renditionIds).toContain(A1);
    const [startRung] = start[0]?.renditionIds.filter((id) => id !== A1) ?? [];
    expect(rest[0]).toMatchObject({ firstSegment: 0, endSegment: 3, renditionIds: [V1, V2].filter((id) => id !== startRung) });
    expect(rest.slice(1).map(({ firstSegment, endSegment }) => [firstSegment, endSegment])).toEqual([
      [3, 7],
      [7, 10],
    ]);
  });

  test('what is copied is one chunk over the rest of the title, and no part of the others', () => {
    const copied = { peakBps: 9_000_000, averageBps: 8_000_000 };
    const plan = { ...PLAN, renditions: PLAN.renditions.map((rendition) => (rendition.id === V2 ? rendition : { ...rendition, copied })) };
    const { start, copies, rest } = planTitleChunks(plan, new Map(), 4);
    expect(start.map(({ renditionIds }) => renditionIds)).toEqual([[V2, A1]]);
    expect(copies.map(({ renditionIds, firstSegment, endSegment }) => [renditionIds, firstSegment, endSegment])).toEqual([
      [[V1], 0, 3],
      [[V1, A1], 3, 10],
    ]);
    expect(rest.every(({ renditionIds }) => renditionIds.join() === V2)).toBe(true);
  });

  test('I-frames come before the rest, in one run', () => {
    const plan = { ...PLAN, renditions: [...PLAN.renditions, iframeRendition()] };
    const { start, rest } = planTitleChunks(plan, new Map([['i360', new Set([4])]]), 4);
    expect(start[0]?.renditionIds).not.toContain('i360');
    expect(rest.slice(0, 2)).toMatchObject([
      { renditionIds: ['i360'], firstSegment: 0, endSegment: 4 },
      { renditionIds: ['i360'], firstSegment: 5, endSegment: 10 },
    ]);
    expect(rest.slice(2).flatMap(({ renditionIds }) => renditionIds)).not.toContain('i360');
  });

  test('a first segment that is long, as a copied picture asks for, is a run of its own', () => {
    const second = 90_000;
    const timeline = { ...PLAN.timeline, followsSource: true as const };
    const startOf = (...boundaries: number[]): number[][] => {
      const plan = { ...PLAN, timeline: { ...timeline, boundaries: boundaries.map((seconds) => seconds * second) } };
      return planTitleChunks(plan, new Map(), 4).start.map(({ firstSegment, endSegment }) => [firstSegment, endSegment]);
    };
    expect(startOf(0, 2, 4, 6, 10)).toEqual([[0, 1], [1, 2]]); // biome-ignore format: pairs
    expect(startOf(0, 5, 10)).toEqual([[0, 1]]);
    expect(startOf(0, 3)).toEqual([[0, 1]]);
    expect(startOf(0, 1, 2, 4, 8)).toEqual([[0, 3]]);
  });

  test('nothing comes first where the start is there', () => {
    const committed = new Map([V1, V2, A1].map((id) => [id, new Set([0, 1, 2])]));
    expect(planTitleChunks(PLAN, committed, 100)).toMatchObject({ start: [], rest: [{ firstSegment: 3, endSegment: 10 }] });
  });
});

test('further codecs are encoded after the rest, each by itself', () => {
  const plan = { ...PLAN, renditions: [...VIDEO, hevcRung(), av1Rung(), ...AUDIO] };
  const { start, rest, further } = planTitleChunks(plan, new Map(), 10);
  const named = (chunks: readonly Chunk[]): string[] =>
    chunks.map(({ renditionIds, firstSegment, endSegment }) => `${renditionIds.join('+')} ${firstSegment}-${endSegment}`);
  expect(named(start)).toEqual([`${V1}+${A1} 0-3`]);
  expect(named(rest)).toEqual([`${V2} 0-3`, `${V1}+${V2}+${A1} 3-10`]);
  expect(named(further)).toEqual(['v360-hevc 0-10', 'v360-av1 0-10']);
});
