import type { SegmentRun } from './work-view.ts';

/** Ascending segments → runs of them. */
export function segmentRuns(segments: readonly number[]): SegmentRun[] {
  const runs: SegmentRun[] = [];
  for (const segment of segments) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === segment) last[1] = segment + 1;
    else runs.push([segment, segment + 1]);
  }
  return runs;
}

/** As if the segment were there too. */
export function withSegment(runs: readonly SegmentRun[], segment: number): SegmentRun[] {
  const before = runs.filter(([, end]) => end < segment);
  const after = runs.filter(([first]) => first > segment + 1);
  const touching = runs.filter(([first, end]) => end >= segment && first <= segment + 1);
  const first = Math.min(segment, ...touching.map((run) => run[0]));
  const end = Math.max(segment + 1, ...touching.map((run) => run[1]));
  return [...before, [first, end], ...after];
}

/** As if the segment were gone. */
export function withoutSegment(runs: readonly SegmentRun[], segment: number): SegmentRun[] {
  return runs.flatMap(([first, end]): SegmentRun[] => {
    if (segment < first || segment >= end) return [[first, end]];
    const parts: SegmentRun[] = [
      [first, segment],
      [segment + 1, end],
    ];
    return parts.filter((part) => part[0] < part[1]);
  });
}

export function hasSegment(runs: readonly SegmentRun[], segment: number): boolean {
  return runs.some(([first, end]) => first <= segment && segment < end);
}
