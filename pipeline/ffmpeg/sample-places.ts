import type { UnsampledReason } from '../model/ladder/fit-ladder.ts';
import { pictureColor } from '../model/picture-color.ts';
import type { SourceInfo, VideoStreamInfo } from '../model/source-info.ts';
import { type Ticks, VIDEO_TIMESCALE } from '../model/time.ts';
import { seekTrust } from './seek.ts';

/** Frames that each place gives, in the order they are decoded in: a keyframe, and one that refers to it. More say no more (measured). */
export const SAMPLE_FRAMES = 2;
const MOST_PLACES = 12;
const FEWEST_PLACES = 2;
/** What is shorter is encoded before its viewer has made up his mind, and has few places that differ. */
const SHORTEST_SECONDS = 8;
/** Decoding a few frames of larger ones takes longer than a viewer likes to wait for a plan. */
const MOST_PIXELS = 2560 * 1440;
/** MP4 reads its whole index each time it is opened, which is once a place: about 2 µs for each frame and its sound (measured). */
const INDEX_ENTRIES_READ = 100_000;

/** Where a picture is sampled, as absolute source time, evenly over the film; or why it is not. */
export function chooseSamplePlaces(info: SourceInfo, video: VideoStreamInfo): Ticks[] | UnsampledReason {
  const durationTicks = video.endTicks - video.firstFrameTicks;
  if (durationTicks < SHORTEST_SECONDS * VIDEO_TIMESCALE) return 'short';
  if (video.width * video.height > MOST_PIXELS) return 'large';
  // Bringing it to standard range costs more than all the rest.
  if (pictureColor(video).kind === 'hdr') return 'high-dynamic-range';
  if (seekTrust(info.formatNames) === 'none') return 'no-index';
  const count = info.formatNames.includes('mov') ? affordablePlaces(durationTicks, video) : MOST_PLACES;
  return Array.from({ length: count }, (_, place) => video.firstFrameTicks + Math.floor((durationTicks * (place + 0.5)) / count));
}

function affordablePlaces(durationTicks: Ticks, { frameRate }: VideoStreamInfo): number {
  const frames = (durationTicks / VIDEO_TIMESCALE) * (frameRate.num / frameRate.den);
  return Math.max(FEWEST_PLACES, Math.min(MOST_PLACES, Math.floor(INDEX_ENTRIES_READ / frames)));
}
