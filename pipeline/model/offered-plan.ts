import type { Plan, RenditionPlan } from './plan.ts';
import { joinNotes } from './report-notes.ts';
import type { StreamReport, TitleRecord } from './title.ts';

/** What a title offers of its plan: all but what could not be made and it can do without. */
export function offeredPlan(plan: Plan, { leftOut = [] }: Pick<TitleRecord, 'leftOut'>): Plan {
  return leftOut.length === 0 ? plan : { ...plan, renditions: plan.renditions.filter(({ id }) => !leftOut.includes(id)) };
}

/** A title plays without its I-frames. Without any other rendition something of the film would be missing. */
export function areDispensable(renditions: readonly RenditionPlan[]): boolean {
  return renditions.length > 0 && renditions.every(({ kind }) => kind === 'iframe');
}

/** The record of a title that does without those I-frames, and says so. */
export function leavingOut(title: TitleRecord, renditionIds: readonly string[]): TitleRecord {
  const leftOut = [...new Set([...(title.leftOut ?? []), ...renditionIds])];
  return { ...title, leftOut, report: title.report.some(isOfIframes) ? title.report : [...title.report, ...reportIframes(title)] };
}

function isOfIframes({ codes }: StreamReport): boolean {
  return codes?.includes('without-iframes') ?? false;
}

function reportIframes({ sourceInfo }: TitleRecord): StreamReport[] {
  const { video } = sourceInfo ?? {};
  if (!video) return [];
  const note = {
    code: 'without-iframes' as const,
    sentence: 'Its pictures for quick seeking (I-frames) could not be made; it plays without them.',
  };
  return [{ streamIndex: video.index, kind: 'video', codec: video.codec, outcome: 'not-carried', ...joinNotes([note]) }];
}
