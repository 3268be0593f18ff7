import type { Plan } from './plan.ts';
import type { ChapterInfo } from './source-info.ts';
import type { Cue } from './text/cue.ts';
import { renderVtt } from './text/render-vtt.ts';
import { renderRuns } from './text/styled-text.ts';
import { type Seconds, ticksToSeconds } from './time.ts';

/** A chapter of a title, in title time. */
export interface Chapter {
  startSeconds: Seconds;
  endSeconds: Seconds;
  title: string;
}

/**
 * The chapters of a source as players want them: in order, within the title, one at a time. Sources have them nested, twice, past
 * the end and without a name.
 */
export function planChapters(
  chapters: readonly ChapterInfo[],
  { originTicks, timeline }: Pick<Plan, 'originTicks' | 'timeline'>,
): Chapter[] {
  const titleEnd = timeline.boundaries.at(-1) ?? 0;
  const placed = chapters
    .map(({ startTicks, endTicks, title }) => ({ start: Math.max(0, startTicks - originTicks), end: endTicks - originTicks, title }))
    .filter(({ start, end }) => start < titleEnd && end > start)
    .sort((a, b) => a.start - b.start);
  const single = placed.filter(({ start }, index) => start !== placed[index - 1]?.start);
  return single.map(({ start, end, title }, index) => ({
    startSeconds: ticksToSeconds(start),
    endSeconds: ticksToSeconds(Math.min(end, single[index + 1]?.start ?? titleEnd, titleEnd)),
    title: title ?? `Chapter ${index + 1}`,
  }));
}

/** A WebVTT file of chapters, one cue each. */
export function renderChapters(chapters: readonly Chapter[]): string {
  return renderVtt(
    chapters.map(({ startSeconds, endSeconds, title }): Cue => {
      const text = renderRuns([{ text: title, bold: false, italic: false, underline: false }]);
      return { startMs: Math.round(startSeconds * 1000), endMs: Math.round(endSeconds * 1000), text };
    }),
  );
}
