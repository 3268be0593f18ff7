import { codecOf, type Plan, type RenditionPlan, type VideoRenditionPlan } from '../plan.ts';
import type { PlanTitleInput } from '../plan-title.ts';
import type { SourceInfo } from '../source-info.ts';
import { chooseAudioCopy } from './choose-audio-copy.ts';
import { chooseVideoCopy } from './choose-video-copy.ts';
import type { CopySource } from './copy-source.ts';

/** Of a source with such streams something may be copied: worth reading its tables. */
export function mayBeCopied({ video, audio }: SourceInfo): boolean {
  return video?.codec === 'h264' || audio.some(({ codec }) => codec === 'aac');
}

type Planned = Pick<Plan, 'timeline' | 'renditions' | 'originTicks'>;

/**
 * A plan in which all is encoded → one in which the best rung and the sounds are copied, as far as they can be. A copied picture
 * decides where segments start, for all renditions alike.
 */
export function planCopies(
  planned: Planned,
  copySource: CopySource,
  { info, settings }: Pick<PlanTitleInput, 'info' | 'settings'>,
): Pick<Plan, 'timeline' | 'renditions' | 'notCopied'> {
  const notCopied: NonNullable<Plan['notCopied']> = [];
  let { timeline } = planned;
  let rungs = planned.renditions.filter((rendition) => rendition.kind === 'video');
  const [top] = rungs;
  if (info.video?.codec === 'h264' && top) {
    const endTicks = timeline.boundaries.at(-1) as number;
    const decision = chooseVideoCopy({ video: info.video, top, copySource, endTicks, settings: settings.timeline });
    if (decision.kind === 'encode') {
      notCopied.push({ streamIndex: info.video.index, ...decision.note });
    } else {
      timeline = decision.timeline;
      const lower = rungs.slice(1).filter((rung) => codecOf(rung) === 'h264');
      const worth = rungs.slice(1).filter((rung) => isWorthMaking(rung, decision.rendition) || rung === lower.at(-1));
      rungs = [decision.rendition, ...worth];
    }
  }
  const sounds = planned.renditions.filter((rendition) => rendition.kind === 'audio');
  const copiedSounds = sounds.map((rendition): RenditionPlan => {
    const stream = info.audio.find(({ index }) => index === rendition.sourceStreamIndex);
    const isBeside = sounds.find(({ sourceStreamIndex }) => sourceStreamIndex === rendition.sourceStreamIndex) !== rendition;
    if (stream?.codec !== 'aac' || isBeside) return rendition;
    const isNormalised = settings.loudnessLufs !== undefined;
    const decision = chooseAudioCopy({ stream, rendition, copySource, originTicks: planned.originTicks, timeline, isNormalised });
    if (decision.kind === 'copy') return decision.rendition;
    notCopied.push({ streamIndex: stream.index, ...decision.note });
    return rendition;
  });
  const iframes = planned.renditions.filter(({ kind }) => kind === 'iframe');
  return { timeline, renditions: [...rungs, ...copiedSounds, ...iframes], ...(notCopied.length === 0 ? {} : { notCopied }) };
}

/** A rung that may take nearly as many bits as the copied picture is a smaller picture for nothing; but players want a choice of two. */
const MOST_OF_COPIED = 0.9;

function isWorthMaking(rung: VideoRenditionPlan, { copied }: VideoRenditionPlan): boolean {
  return copied !== undefined && rung.maxrateBps < copied.averageBps * MOST_OF_COPIED;
}
