import type { IframeRenditionPlan, Timeline } from '../model/plan.ts';
import { type Ticks, VIDEO_TIMESCALE } from '../model/time.ts';
import { addInput, type ChunkCommandOptions, type FfmpegCommand, outputUrl } from './chunk-command.ts';
import { mayChangeShape } from './fit-filters.ts';
import { pictureFilters } from './picture-filters.ts';
import { type Sampling, samplingFilters, samplingOptions } from './sampled-pictures.ts';
import { chooseVideoSeek, seekTrust } from './seek.ts';
import { greatestCommonDivisor } from './stream-extent.ts';
import { FRAGMENT_ARGS, iframeEncoderArgs } from './video-args.ts';

/**
 * The ffmpeg run that makes the I-frames of a chunk of one rendition, one for each segment in their order: the frame that is on the
 * screen at its start, or by keyframes alone the one nearest to it (decision 0023). Throws RangeError for a source without a picture.
 */
export function iframeCommand(
  options: Omit<ChunkCommandOptions, 'gaps'>,
  rendition: IframeRenditionPlan,
  sampling: Sampling,
): FfmpegCommand {
  const { source, plan, chunk, outputUrls, keyframeBeforeTicks } = options;
  const { originTicks, timeline } = plan;
  const { video, formatNames } = source.info;
  if (!video) throw new RangeError(`The source of ${plan.titleId} has no picture`);
  const starts = timeline.boundaries.slice(chunk.firstSegment, chunk.endSegment);
  const startTicks = starts[0] ?? 0;
  const decodeFromTicks = Math.min(originTicks + startTicks, video.lastFrameTicks);
  const trust = seekTrust(formatNames);
  const seek = startTicks === 0 ? undefined : chooseVideoSeek(trust, video.firstFrameTicks, decodeFromTicks, keyframeBeforeTicks);
  const command: FfmpegCommand = { inputs: [], filters: [], outputs: [] };
  const input = addInput(command, source.path, seek, samplingOptions(source, video, sampling));
  const grid = chooseGrid(timeline);
  const toleranceTicks = sampling === 'keyframes' ? grid.toleranceTicks : 0;
  const wanted = starts.map((ticks) => Math.floor(ticks / grid.intervalTicks));
  const filters = [
    ...samplingFilters(video, { originTicks, intervalTicks: grid.intervalTicks, toleranceTicks }),
    `trim=start_pts=${wanted[0]}:end_pts=${(wanted.at(-1) ?? 0) + 1}`,
    `select='${isOneOf(wanted)}'`,
    `settb=1/${VIDEO_TIMESCALE}`,
    pictureFilters(video, rendition, !mayChangeShape(source.info)),
  ];
  command.filters.push(`[${input}:${video.index}]${filters.join(',')}[i]`);
  command.outputs.push({
    url: outputUrl(outputUrls, rendition.id),
    options: ['-map', '[i]', ...iframeEncoderArgs(rendition), ...FRAGMENT_ARGS],
  });
  return command;
}

/** Where segments start at no common interval, as where they follow a source's keyframes. */
const FINE_TICKS: Ticks = VIDEO_TIMESCALE / 10;
const SHORTEST_COMMON_TICKS: Ticks = VIDEO_TIMESCALE / 2;

/** What pictures are sampled by: the longest interval that all segments start at a multiple of, where there is one. */
function chooseGrid({ boundaries }: Timeline): { intervalTicks: Ticks; toleranceTicks: Ticks } {
  const common = boundaries.slice(0, -1).reduce(greatestCommonDivisor, 0) || VIDEO_TIMESCALE;
  if (common < SHORTEST_COMMON_TICKS) return { intervalTicks: FINE_TICKS, toleranceTicks: FINE_TICKS - 1 };
  return { intervalTicks: common, toleranceTicks: Math.floor(common / 2) };
}

/** So many stretches are asked for one by one; of more, the half that a frame lies in. */
const MOST_STRETCHES = 4;

/** An expression that is not 0 where `pts` is one of `values`, ascending. */
function isOneOf(values: readonly number[]): string {
  const stretches = evenStretches(values);
  if (stretches.length <= MOST_STRETCHES) {
    return stretches.map(({ first, last, step }) => `between(pts,${first},${last})*not(mod(pts-${first},${step}))`).join('+');
  }
  const middle = values.length >> 1;
  return `if(lt(pts,${values[middle]}),${isOneOf(values.slice(0, middle))},${isOneOf(values.slice(middle))})`;
}

function evenStretches(values: readonly number[]): { first: number; last: number; step: number }[] {
  const stretches: { first: number; last: number; step: number }[] = [];
  for (const value of values) {
    const stretch = stretches.at(-1);
    if (stretch && stretch.first === stretch.last) stretch.step = value - stretch.first;
    if (stretch && value === stretch.last + stretch.step) stretch.last = value;
    else stretches.push({ first: value, last: value, step: 1 });
  }
  return stretches;
}
