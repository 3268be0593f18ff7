import { ticksToSeconds } from '../../../pipeline/model/time.ts';
import type { RenditionView } from '../../../pipeline/model/title.ts';
import { hasSegment } from '../../../pipeline/model/work/segment-runs.ts';
import { formatDuration } from '../format.ts';
import type { EncodingRun, SegmentsState } from '../segments/segments-state.ts';
import { texts } from '../texts.ts';
import { nameRenditions } from './name-renditions.ts';

/** More lines than these are a log, not news. */
const MOST_LINES = 2;
const URGENCY = ['demand', 'lead', 'first', 'copy', 'prefetch', 'background', 'further'];

/** What is being encoded now, and for whom: a sentence a run, the most urgent first. Pure. */
export function describeRuns(state: SegmentsState, renditions: readonly RenditionView[]): string[] {
  const ordered = state.runs.toSorted((a, b) => URGENCY.indexOf(a.cause) - URGENCY.indexOf(b.cause) || a.firstSegment - b.firstSegment);
  const sentences = ordered.map((run) => describeRun(run, state, renditions));
  const left = sentences.length - MOST_LINES;
  return sentences
    .slice(0, MOST_LINES)
    .map((sentence, index) => (left > 0 && index === MOST_LINES - 1 ? texts.andMoreRuns(sentence, left) : sentence));
}

function describeRun(run: EncodingRun, state: SegmentsState, renditions: readonly RenditionView[]): string {
  const what = nameRun(run, renditions);
  const at = formatDuration(Math.floor(ticksToSeconds(state.boundaryTicks[segmentInWork(run, state)] ?? 0)));
  const sentence = (texts.runs[run.cause as keyof typeof texts.runs] ?? texts.runs.other)(what, at);
  return run.isSuspended ? texts.runOnHold(sentence) : sentence;
}

/** `720p and sound`; what covers the title in full is called so. */
function nameRun({ renditionIds }: EncodingRun, renditions: readonly RenditionView[]): string {
  const all = nameRenditions(renditions);
  const named = all.filter(({ id }) => renditionIds.includes(id));
  const hasAllRungs = named.filter(({ kind }) => kind === 'video').length === all.filter(({ kind }) => kind === 'video').length;
  if (named.length > 2 && hasAllRungs) return texts.allQualities;
  return texts.list(named.map(({ kind, name }) => (kind === 'audio' && name === texts.sound ? name.toLowerCase() : name)));
}

/** The first that is still missing: as the run goes on, so does the place that is told. */
function segmentInWork({ renditionIds, firstSegment, endSegment }: EncodingRun, { renditions }: SegmentsState): number {
  const rows = renditions.filter(({ id }) => renditionIds.includes(id));
  for (let segment = firstSegment; segment < endSegment; segment++) {
    if (!rows.every(({ segments }) => hasSegment(segments, segment))) return segment;
  }
  return firstSegment;
}
