import type { SegmentRun } from '../../../pipeline/model/work/work-view.ts';

/** Width of a bar's drawing; its height is 1. */
export const BAR_WIDTH = 1_000;
/** Of the width: what is narrower would not be seen on a small screen. */
const LEAST_SHARE = 0.003;

/** Runs of segments as one SVG path over the width of the title, `M250 0h12.5v1h-12.5z`. Pure. */
export function runBars(runs: readonly SegmentRun[], boundaryTicks: readonly number[]): string {
  const origin = boundaryTicks[0] ?? 0;
  const whole = (boundaryTicks.at(-1) ?? 0) - origin;
  if (whole <= 0) return '';
  const least = BAR_WIDTH * LEAST_SHARE;
  return runs
    .map(([first, end]) => {
      const from = (((boundaryTicks[first] ?? origin + whole) - origin) / whole) * BAR_WIDTH;
      const to = (((boundaryTicks[end] ?? origin + whole) - origin) / whole) * BAR_WIDTH;
      const width = Math.max(least, to - from);
      const start = Math.min(from, BAR_WIDTH - width);
      return `M${round(start)} 0h${round(width)}v1h${round(-width)}z`;
    })
    .join('');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
