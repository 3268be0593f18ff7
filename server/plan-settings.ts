import type { PlanSettings } from '../pipeline/model/plan-title.ts';
import { DEFAULT_TIMELINE } from '../pipeline/model/timeline/boundaries.ts';
import type { Settings } from './config.ts';

/** What the settings say of ladder, timeline and sound. */
export function planSettings({ LADDER, PRESET, CRF, SEGMENT_SECONDS, LOUDNESS_LUFS, COPY, CONTENT_AWARE }: Settings): PlanSettings {
  return {
    ladder: { rungs: LADDER, preset: PRESET, crf: CRF },
    copy: COPY,
    isContentAware: CONTENT_AWARE,
    timeline: { ...DEFAULT_TIMELINE, segmentSeconds: SEGMENT_SECONDS },
    ...(LOUDNESS_LUFS === undefined ? {} : { loudnessLufs: LOUDNESS_LUFS }),
  };
}
