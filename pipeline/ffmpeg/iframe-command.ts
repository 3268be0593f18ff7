import { findRendition, type IframeRenditionPlan, type Timeline } from '../model/plan.ts';
import { type Ticks, VIDEO_TIMESCALE } from '../model/time.ts';
import { chunkRange } from '../model/timeline/segments.ts';
import { addInput, type ChunkCommandOptions, type FfmpegCommand, outputUrl } from './chunk-command.ts';
import { mayChangeShape } from './fit-filters.ts';
import { pictureFilters } from './picture-filters.ts';
import { type Sampling, samplingFilters, samplingOptions } from './sampled-pictures.ts';
import { chooseVideoSeek, seekTrust } from './seek.ts';
import { FRAGMENT_ARGS, iframeEncoderArgs } from './video-args.ts';

/**
 * The ffmpeg run that makes the I-frames of a chunk of one rendition: at each segment's start the frame that is on the screen, or by
 * keyframes alone the one nearest to it (decision 0023). Throws RangeError for a source without a picture.
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
  const { startTicks, endTicks } = chunkRange(timeline, findRendition(plan, rendition.id), chunk);
  const intervalTicks = commonInterval(timeline);
  const decodeFromTicks = Math.min(originTicks + startTicks, video.lastFrameTicks);
  const trust = seekTrust(formatNames);
  const seek = startTicks === 0 ? undefined : chooseVideoSeek(trust, video.firstFrameTicks, decodeFromTicks, keyframeBeforeTicks);
  const command: FfmpegCommand = { inputs: [], filters: [], outputs: [] };
  const input = addInput(command, source.path, seek, samplingOptions(source, video, sampling));
  const toleranceTicks = sampling === 'keyframes' ? Math.floor(intervalTicks / 2) : 0;
  const filters = [
    ...samplingFilters(video, { originTicks, intervalTicks, toleranceTicks }),
    `trim=start_pts=${startTicks / intervalTicks}:end_pts=${Math.ceil(endTicks / intervalTicks)}`,
    `select='${segmentStarts(timeline, intervalTicks)}'`,
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

/** The longest interval that all segments start at a multiple of. */
function commonInterval({ boundaries }: Timeline): Ticks {
  const starts = boundaries.slice(0, -1);
  return starts.reduce(greatestCommonDivisor, 0) || VIDEO_TIMESCALE;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/**
 * An expression that is not 0 for the starts of segments, counted in intervals: those of the ramp one by one, then every so
 * many. A short remainder that was joined to the last segment is let through, and the segmenter leaves it out.
 */
function segmentStarts({ boundaries }: Timeline, intervalTicks: Ticks): string {
  const starts = boundaries.slice(0, -1).map((ticks) => ticks / intervalTicks);
  const step = (starts.at(-1) ?? 0) - (starts.at(-2) ?? 0);
  let even = starts.length - 1;
  while (even > 0 && (starts[even] as number) - (starts[even - 1] as number) === step) even--;
  const ramp = starts.slice(0, even).map((start) => `eq(pts,${start})`);
  const rest = step === 0 ? `eq(pts,${starts[even]})` : `gte(pts,${starts[even]})*not(mod(pts-${starts[even]},${step}))`;
  return [...ramp, rest].join('+');
}
