import type { Plan } from '../model/plan.ts';
import type { VideoStreamInfo } from '../model/source-info.ts';
import { type Ticks, VIDEO_TIMESCALE } from '../model/time.ts';
import type { ChunkSource } from './chunk-command.ts';
import { isInterlaced } from './field-filters.ts';
import { NO_AUTOROTATION } from './picture-filters.ts';

/** What is decoded to sample a title: keyframes, a few per cent of the work, or every frame. */
export type Sampling = 'keyframes' | 'frames';

/** So much is decoded whole: a short film may have one keyframe, or none that is shown. */
const SHORT_TICKS = 30 * VIDEO_TIMESCALE;

export function chooseSampling({ timeline }: Pick<Plan, 'timeline'>): Sampling {
  return (timeline.boundaries.at(-1) ?? 0) > SHORT_TICKS ? 'keyframes' : 'frames';
}

/** Input options. */
export function samplingOptions(source: ChunkSource, video: VideoStreamInfo, sampling: Sampling): string[] {
  return ['-an', '-sn', '-dn', ...NO_AUTOROTATION, ...(sampling === 'keyframes' ? keyframesOnly(source, video) : [])];
}

/** MP4 has a table of keyframes: the others are not even read. Their times are then off by a few frames, which nobody sees. */
function keyframesOnly({ info }: ChunkSource, { codec }: VideoStreamInfo): string[] {
  return [
    ...(info.formatNames.includes('mov') ? ['-discard:v', 'nokey'] : []),
    // Else MPEG-2's decoder holds each back, and gives it the time of the next where packets have none (tried).
    ...(/^mpeg[12]video$/.test(codec) ? ['-flags', '+low_delay'] : []),
    '-skip_frame',
    'nokey',
  ];
}

export interface SampleGrid {
  originTicks: Ticks;
  intervalTicks: Ticks;
  /** How much later a frame may be than its sample, whole: less than an interval. */
  toleranceTicks: Ticks;
}

/**
 * Decoded frames, wherever they begin → one for each `intervalTicks` of title time, from its start and without end: of those before its
 * time and the tolerance the last; the same again where there is no newer one, the first where there is none before. The clock
 * counts intervals. What is not wanted of them costs nothing yet: they are not scaled.
 */
export function samplingFilters(video: VideoStreamInfo, { originTicks, intervalTicks, toleranceTicks }: SampleGrid): string[] {
  // `fps` counts a frame to the interval that it lies in, and drops the last one where that has no duration and stands at its beginning.
  const laterTicks = intervalTicks - 1 - toleranceTicks;
  return [
    ...firstFields(video),
    `settb=1/${VIDEO_TIMESCALE}`,
    `setpts=PTS-(${originTicks})+${laterTicks}`,
    `fps=${VIDEO_TIMESCALE}/${intervalTicks}:start_time=0:round=down:eof_action=pass`,
    'tpad=stop=-1:stop_mode=clone',
  ];
}

/**
 * Of fields the first: the second may be no keyframe, and is skipped then. `tb` and `bt` say first which one is coded first.
 */
function firstFields(video: VideoStreamInfo): string[] {
  return isInterlaced(video) ? [`field=type=${video.fieldOrder.startsWith('b') ? 'bottom' : 'top'}`] : [];
}
