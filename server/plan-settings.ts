import type { LocateOptions } from '../pipeline/ffmpeg/locate.ts';
import type { FurtherCodec } from '../pipeline/model/ladder/codec-variants.ts';
import { VIDEO_CODECS } from '../pipeline/model/plan.ts';
import type { PlanSettings } from '../pipeline/model/plan-title.ts';
import { DEFAULT_TIMELINE } from '../pipeline/model/timeline/boundaries.ts';
import type { Settings } from './config.ts';

/** What the settings say of ladder, timeline and sound. */
export function planSettings(settings: Settings): PlanSettings {
  const { LADDER, PRESET, CRF, SEGMENT_SECONDS, LOUDNESS_LUFS, COPY, CONTENT_AWARE } = settings;
  return {
    ladder: { rungs: LADDER, preset: PRESET, crf: CRF, furtherCodecs: furtherCodecs(settings) },
    copy: COPY,
    isContentAware: CONTENT_AWARE,
    timeline: { ...DEFAULT_TIMELINE, segmentSeconds: SEGMENT_SECONDS },
    ...(LOUDNESS_LUFS === undefined ? {} : { loudnessLufs: LOUDNESS_LUFS }),
  };
}

/** In the order they are encoded, whatever order they were named in. */
function furtherCodecs({ CODECS }: Pick<Settings, 'CODECS'>): FurtherCodec[] {
  return VIDEO_CODECS.filter((codec): codec is FurtherCodec => codec !== 'h264' && CODECS.includes(codec));
}

/** Which ffmpeg is looked for, and what it must be able to encode. */
export function ffmpegSettings(settings: Settings): Omit<LocateOptions, 'log'> {
  return { ffmpegPath: settings.FFMPEG_PATH, ffprobePath: settings.FFPROBE_PATH, furtherCodecs: furtherCodecs(settings) };
}
