import type { CopySource } from './copy/copy-source.ts';
import { planCopies } from './copy/plan-copies.ts';
import { planAudioRenditions } from './ladder/audio-ladder.ts';
import { planIframeRenditions } from './ladder/iframe-ladder.ts';
import type { LadderSettings } from './ladder/ladder-settings.ts';
import { planVideoLadder } from './ladder/video-ladder.ts';
import type { Plan, RenditionPlan } from './plan.ts';
import { revisedId } from './revised-id.ts';
import type { SourceInfo } from './source-info.ts';
import type { Ticks } from './time.ts';
import { planTimeline, type TimelineSettings } from './timeline/boundaries.ts';

export interface PlanSettings {
  ladder: LadderSettings;
  timeline: TimelineSettings;
  /** Whether H.264 and AAC are taken over as they are where that is possible. Absent: never. */
  copy?: 'auto' | 'never';
  /** Wanted loudness of every sound, LUFS; absent: as loud as it is. */
  loudnessLufs?: number;
  /** The ladder is fitted to the picture by samples of it (fitToPicture); else it is the same for all. */
  isContentAware?: boolean;
}

export interface PlanTitleInput {
  titleId: string;
  /** 0 for the first plan of a title. */
  revision: number;
  info: SourceInfo;
  settings: PlanSettings;
  encoderFingerprint: string;
  /** What may be copied is; absent: everything is encoded. */
  copySource?: CopySource | undefined;
}

/**
 * The source's facts → ladder and timeline. Title time zero is the first displayed frame, or the first sample of a title
 * without a picture; the end is that of the longest of picture and sounds, so that nothing is cut off.
 * Throws RangeError for a source that has neither.
 */
export function planTitle({ titleId, revision, info, settings, encoderFingerprint, copySource }: PlanTitleInput): Plan {
  const originTicks = titleOrigin(info);
  const ends = [...(info.video ? [info.video.endTicks] : []), ...info.audio.map((track) => track.endTicks)];
  const endTicks = Math.max(...ends) - originTicks;
  const renditions: RenditionPlan[] = [
    ...(info.video ? planVideoLadder(info.video, settings.ladder, endTicks) : []),
    ...planAudioRenditions(info.audio),
    ...(info.video ? planIframeRenditions(info.video, settings.ladder) : []),
  ];
  const encoded = { originTicks, timeline: planTimeline(endTicks, settings.timeline), renditions };
  const planned = copySource ? { ...encoded, ...planCopies(encoded, copySource, { info, settings }) } : encoded;
  return {
    version: 1,
    titleId,
    revision,
    ...planned,
    renditions: planned.renditions.map((rendition) => ({ ...rendition, id: revisedId(rendition.id, revision) })),
    encoderFingerprint,
  };
}

function titleOrigin(info: SourceInfo): Ticks {
  if (info.video) return info.video.firstFrameTicks;
  if (info.audio.length === 0) throw new RangeError('A title needs a picture or a sound');
  return Math.min(...info.audio.map((track) => track.startTicks));
}
