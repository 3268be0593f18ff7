import type { Timeline } from '../plan.ts';
import type { Ticks } from '../time.ts';
import { type RenditionGrid, segmentCount, segmentRange } from '../timeline/segments.ts';
import { element } from './xml.ts';

/** A run of segments of one duration (ISO/IEC 23009-1 5.3.9.6). */
export interface TimelineRun {
  startTicks: Ticks;
  durationTicks: Ticks;
  count: number;
}

/** Where each segment of a rendition is: exact, on its own timescale. */
export function timelineRuns(timeline: Timeline, rendition: RenditionGrid): TimelineRun[] {
  const runs: TimelineRun[] = [];
  for (let segment = 0; segment < segmentCount(timeline); segment += 1) {
    const { startTicks, endTicks } = segmentRange(timeline, rendition, segment);
    const last = runs.at(-1);
    if (last?.durationTicks === endTicks - startTicks) last.count += 1;
    else runs.push({ startTicks, durationTicks: endTicks - startTicks, count: 1 });
  }
  return runs;
}

/** The files are those that the HLS playlists name. */
export function renderSegmentTemplate(timeline: Timeline, rendition: RenditionGrid): string {
  const runs = timelineRuns(timeline, rendition).map(({ startTicks, durationTicks, count }, index) =>
    element('S', { t: index === 0 ? startTicks : undefined, d: durationTicks, r: count > 1 ? count - 1 : undefined }),
  );
  const files = { initialization: '$RepresentationID$/init.mp4', media: '$RepresentationID$/$Number$.m4s', startNumber: 0 };
  return element('SegmentTemplate', { timescale: rendition.timescale, ...files }, [element('SegmentTimeline', {}, runs)]);
}
