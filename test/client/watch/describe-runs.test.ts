import { expect, test } from 'vitest';
import type { EncodingRun, SegmentsState } from '../../../client/src/segments/segments-state.ts';
import { describeRuns } from '../../../client/src/watch/describe-runs.ts';
import { renditionView } from '../rendition-fixture.ts';

const renditions = [
  renditionView({ id: 'v360', width: 640, height: 360, bitrateBps: 1 }),
  renditionView({ id: 'v720', width: 1280, height: 720, bitrateBps: 2 }),
  renditionView({ id: 'a1', kind: 'audio' }),
];
const run: EncodingRun = { chunkId: 'c', renditionIds: ['v720'], firstSegment: 3, endSegment: 9, cause: 'demand', isSuspended: false };

function sentences(...runs: Partial<EncodingRun>[]): string[] {
  const state: SegmentsState = {
    boundaryTicks: Array.from({ length: 200 }, (_, index) => index * 4 * 90_000),
    renditions: [
      { id: 'v360', kind: 'video', segments: [[0, 4]] },
      { id: 'v720', kind: 'video', segments: [[0, 6]] },
      { id: 'a1', kind: 'audio', segments: [[0, 200]] },
    ],
    runs: runs.map((changes, index) => ({ ...run, chunkId: String(index), ...changes })),
  };
  return describeRuns(state, renditions);
}

test.each<[Partial<EncodingRun>, string]>([
  [{}, 'Encoding 720p at 0:24 for a viewer'],
  [{ renditionIds: ['a1', 'v720'], firstSegment: 187, endSegment: 188 }, 'Encoding 720p and sound at 12:28 for a viewer'],
  [{ cause: 'lead', firstSegment: 6 }, 'Encoding 720p at 0:24, ahead of a viewer'],
  [{ cause: 'first', firstSegment: 6 }, 'Encoding 720p at 0:24, to start with'],
  [{ cause: 'prefetch', renditionIds: ['v360', 'v720'] }, 'Encoding 720p and 360p at 0:16, where somebody watches'],
  [{ cause: 'background', renditionIds: ['v360', 'v720', 'a1'] }, 'In the background: all qualities from 0:16'],
  [{ cause: 'further' }, 'In the background: 720p from 0:24'],
  [{ cause: 'background', isSuspended: true }, 'In the background: 720p from 0:24 (on hold)'],
  [{ cause: 'something-new' }, 'Encoding 720p at 0:24'],
])('%o is a sentence, at the place it has come to', (changes, sentence) => {
  expect(sentences(changes)).toEqual([sentence]);
});

test('the most urgent stands first, and more than two are counted', () => {
  const lines = sentences({ cause: 'background' }, { cause: 'prefetch' }, { cause: 'lead' }, { cause: 'demand' });
  expect(lines.map((line) => line.replace(/.*0:24/, ''))).toEqual([' for a viewer', ', ahead of a viewer, and 2 more']);
  expect(sentences()).toEqual([]);
});
