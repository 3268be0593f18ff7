import type { VideoStreamInfo } from '../model/source-info.ts';
import { type Ticks, VIDEO_TIMESCALE } from '../model/time.ts';
import { isInterlaced } from './field-filters.ts';
import type { SeekTrust } from './seek.ts';

/** One place of a film that is looked at for a poster: up to `mostFrames` frames, `stepTicks` apart, within `spanTicks`. */
export interface PosterLook {
  /** Absolute source time. */
  fromTicks: Ticks;
  keyframesOnly: boolean;
  stepTicks: Ticks;
  spanTicks: Ticks;
  mostFrames: number;
}

/** Shares of the film: past its titles, and not its end. */
const PLACES = [0.05, 0.1, 0.15, 0.2, 0.25, 0.32, 0.4, 0.48];
const MOST_FRAMES = 8;
/** What is shorter is one place. */
const SHORT_TICKS = 20 * VIDEO_TIMESCALE;
/** Of what has no index, and is read from its start. */
const READ_TICKS = 60 * VIDEO_TIMESCALE;

type Film = Pick<VideoStreamInfo, 'firstFrameTicks' | 'endTicks' | 'fieldOrder'>;

/** Eight keyframes, at most: of as many places where seeking is cheap. */
export function choosePosterLooks(film: Film, trust: SeekTrust): PosterLook[] {
  const { firstFrameTicks, endTicks } = film;
  const durationTicks = endTicks - firstFrameTicks;
  // The second field of a keyframe may be none, and would be missing.
  const keyframesOnly = !isInterlaced(film);
  if (durationTicks <= SHORT_TICKS) return [spread(firstFrameTicks, durationTicks, keyframesOnly)];
  if (trust === 'none') return [spread(firstFrameTicks, Math.min(durationTicks, READ_TICKS), keyframesOnly)];
  return PLACES.map((share) => ({
    ...spread(firstFrameTicks + Math.round(durationTicks * share), SHORT_TICKS, keyframesOnly),
    mostFrames: 1,
  }));
}

/** Every frame of a stretch is decoded: keyframes may be few, or dark, or none that is shown. */
export function lookLonger({ firstFrameTicks, endTicks }: Film): PosterLook {
  const fromTicks = firstFrameTicks + Math.min(Math.round((endTicks - firstFrameTicks) / 10), READ_TICKS);
  return spread(fromTicks, Math.min(SHORT_TICKS, endTicks - fromTicks), false);
}

function spread(fromTicks: Ticks, spanTicks: Ticks, keyframesOnly: boolean): PosterLook {
  return { fromTicks, keyframesOnly, stepTicks: Math.floor(spanTicks / MOST_FRAMES), spanTicks, mostFrames: MOST_FRAMES };
}
