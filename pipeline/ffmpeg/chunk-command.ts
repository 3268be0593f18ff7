import { type AudioRenditionPlan, type Chunk, findRendition, type Plan, type VideoRenditionPlan } from '../model/plan.ts';
import type { AudioStreamInfo, SourceInfo, VideoStreamInfo } from '../model/source-info.ts';
import { type Rational, rescale, type Ticks, VIDEO_TIMESCALE } from '../model/time.ts';
import { type Gap, keyframesBesideGaps } from '../model/timeline/gaps.ts';
import { chunkRange } from '../model/timeline/segments.ts';
import { type AudioWindow, audioEncoderArgs, audioFilter, planAudioWindow, silenceFilter } from './audio-args.ts';
import { INPUT_LIMITS } from './ffprobe-command.ts';
import { decodeFromTicks, deinterlaceFilters, deinterlaceInputOptions } from './field-filters.ts';
import { mayChangeShape } from './fit-filters.ts';
import { NO_AUTOROTATION, pictureFilters } from './picture-filters.ts';
import { chooseAudioSeek, chooseVideoSeek, seekTrust } from './seek.ts';
import { FRAGMENT_ARGS, videoEncoderArgs } from './video-args.ts';

/** One run of ffmpeg, as data: what fluent-ffmpeg is told. */
export interface FfmpegCommand {
  inputs: { url: string; options: string[] }[];
  filters: string[];
  outputs: { url: string; options: string[] }[];
}

export interface ChunkSource {
  /** Absolute path of the original. */
  path: string;
  info: SourceInfo;
}

export interface ChunkCommandOptions {
  source: ChunkSource;
  plan: Plan;
  chunk: Chunk;
  /** Where each rendition's fragments go, by rendition id. */
  outputUrls: Readonly<Record<string, string>>;
  /** Stretches of the chunk without source frames, as far as they are known. */
  gaps?: readonly Gap[];
  /** What an index says of the last source keyframe at or before where decoding starts (decodeFromTicks, chooseVideoSeek). */
  keyframeBeforeTicks?: Ticks;
  /** Files of the sounds that are packed (withUnpackedSounds), by stream index. */
  unpackedSounds?: ReadonlyMap<number, string>;
}

/** Times stay the source's own; the packager and the filters do all arithmetic (design §6). */
const ABSOLUTE_TIMES = ['-seek_timestamp', '1', '-noaccurate_seek'];

/** The ffmpeg run that encodes a chunk: one decode of the picture for all its rungs, one of each sound track. */
export function chunkCommand(options: ChunkCommandOptions): FfmpegCommand {
  const { plan, chunk } = options;
  const renditions = chunk.renditionIds.map((id) => findRendition(plan, id));
  const command: FfmpegCommand = { inputs: [], filters: [], outputs: [] };
  addVideo(
    command,
    options,
    renditions.filter((rendition) => rendition.kind === 'video'),
  );
  addAudio(
    command,
    options,
    renditions.filter((rendition) => rendition.kind === 'audio'),
  );
  return command;
}

function addVideo(command: FfmpegCommand, options: ChunkCommandOptions, rungs: readonly VideoRenditionPlan[]): void {
  const { source, plan, chunk } = options;
  const video = source.info.video;
  const first = rungs[0];
  if (!first || !video) return;
  const { startTicks, endTicks } = chunkRange(plan.timeline, first, chunk);
  const sourceStart = plan.originTicks + startTicks;
  const sourceEnd = plan.originTicks + endTicks;
  const trust = seekTrust(source.info.formatNames);
  const decodeFrom = decodeFromTicks(video, sourceStart);
  const seek = startTicks === 0 ? undefined : chooseVideoSeek(trust, video.firstFrameTicks, decodeFrom, options.keyframeBeforeTicks);
  const input = addInput(command, source.path, seek, pictureOnly(video));
  const trim = [
    ...wholeFrames(video),
    ...decimate(video.frameRate, first.frameRate, plan.originTicks),
    `trim=start_pts=${sourceStart}:end_pts=${sourceEnd}`,
    `setpts=PTS-(${plan.originTicks})`,
  ].join(',');
  const keyframes = keyframesBesideGaps(plan.timeline, startTicks, endTicks, options.gaps ?? []);
  addRungs(command, source.info, `[${input}:${video.index}]${trim}`, rungs, keyframes, options.outputUrls);
}

/** What an input is opened with that only its picture is wanted of. */
export function pictureOnly(video: VideoStreamInfo): string[] {
  return ['-an', '-sn', '-dn', ...NO_AUTOROTATION, ...deinterlaceInputOptions(video)];
}

/** Splits one decoded picture of a source, the end of `chain`, into rungs: each made what players show, encoded and sent to its own output. */
export function addRungs(
  command: FfmpegCommand,
  info: SourceInfo,
  chain: string,
  rungs: readonly VideoRenditionPlan[],
  keyframes: readonly Ticks[],
  outputUrls: Readonly<Record<string, string>>,
): void {
  const labels = rungs.map((_, index) => `v${index}`);
  const { video } = info;
  if (!video) return;
  const isShapeKept = !mayChangeShape(info);
  const scaled = rungs.map((rung, index) => `[s${index}]${pictureFilters(video, rung, isShapeKept)}[${labels[index]}]`);
  command.filters.push(`${chain},split=${rungs.length}${rungs.map((_, index) => `[s${index}]`).join('')}`, ...scaled);
  rungs.forEach((rung, index) => {
    const options = ['-map', `[${labels[index]}]`, ...videoEncoderArgs(rung, keyframes), ...FRAGMENT_ARGS];
    command.outputs.push({ url: outputUrl(outputUrls, rung.id), options });
  });
}

function addAudio(command: FfmpegCommand, options: ChunkCommandOptions, tracks: readonly AudioRenditionPlan[]): void {
  const { source, plan, chunk } = options;
  // Stereo and 5.1 of one track have the same grid, and so the same window: they are decoded once.
  const decoded = new Map<number, string[]>();
  tracks.forEach((rendition, index) => {
    const stream = source.info.audio.find((candidate) => candidate.index === rendition.sourceStreamIndex);
    if (!stream) throw new RangeError(`The source has no sound track ${rendition.sourceStreamIndex}`);
    const { startTicks, endTicks } = chunkRange(plan.timeline, rendition, chunk);
    const window = planAudioWindow(rendition, stream.sampleRate, startTicks, endTicks);
    let labels = decoded.get(stream.index);
    if (!labels) {
      const pad = addSoundInput(command, source, { stream, window, originTicks: plan.originTicks }, options.unpackedSounds);
      const uses = tracks.filter(({ sourceStreamIndex }) => sourceStreamIndex === stream.index).length;
      if (pad !== undefined) decoded.set(stream.index, (labels = decodedLabels(command, pad, uses)));
    }
    const sound = labels
      ? `[${labels.shift()}]${audioFilter(stream, rendition, window, plan.originTicks)}`
      : silenceFilter(rendition, window);
    command.filters.push(`${sound}[a${index}]`);
    const outputOptions = ['-map', `[a${index}]`, ...audioEncoderArgs(rendition), ...FRAGMENT_ARGS];
    command.outputs.push({ url: outputUrl(options.outputUrls, rendition.id), options: outputOptions });
  });
}

/** A stretch of one of a source's sounds. */
export interface SoundStretch {
  stream: AudioStreamInfo;
  window: AudioWindow;
  originTicks: Ticks;
}

/**
 * Opens a source, or the file that a sound of it was unpacked to (see withUnpackedSounds), where a stretch begins. Answers the
 * stream as filters name it; undefined where nothing but silence is left.
 */
export function addSoundInput(
  command: FfmpegCommand,
  source: ChunkSource,
  { stream, window, originTicks }: SoundStretch,
  unpackedSounds?: ReadonlyMap<number, string>,
): string | undefined {
  const startInSource = originTicks + rescale(window.inputStart, stream.sampleRate, VIDEO_TIMESCALE);
  if (startInSource >= stream.endTicks && !stream.isCounted) return undefined;
  const trust = stream.isCounted ? 'none' : seekTrust(source.info.formatNames);
  const seek = chooseAudioSeek(trust, stream.startTicks, startInSource);
  const unpacked = unpackedSounds?.get(stream.index);
  const input = addInput(command, unpacked ?? source.path, seek, ['-vn', '-sn', '-dn']);
  return `${input}:${unpacked === undefined ? stream.index : 0}`;
}

/** One label for each use of a decoded stream: a pad of a filter graph can be read once. */
function decodedLabels(command: FfmpegCommand, stream: string, uses: number): string[] {
  if (uses === 1) return [stream];
  const labels = Array.from({ length: uses }, (_, use) => `d${stream.replace(':', '_')}_${use}`);
  command.filters.push(`[${stream}]asplit=${uses}${labels.map((label) => `[${label}]`).join('')}`);
  return labels;
}

/** Answers the input's number. The `file:` prefix keeps names with colons or a leading dash what they are. */
export function addInput(command: FfmpegCommand, path: string, seekTicks: Ticks | undefined, without: readonly string[]): number {
  const seek = seekTicks === undefined ? [] : ['-ss', (seekTicks / VIDEO_TIMESCALE).toFixed(6)];
  command.inputs.push({ url: `file:${path}`, options: [...INPUT_LIMITS, ...without, ...ABSOLUTE_TIMES, ...seek] });
  return command.inputs.length - 1;
}

/**
 * Of a source faster than the ladder, every k-th frame: the one nearest to each tick of the slower clock. Decided by the
 * frame's own time alone, so that every division into chunks keeps the same frames.
 */
function decimate(source: Rational, framesPerSecond: number, originTicks: Ticks): string[] {
  const sourceRate = source.num / source.den;
  if (sourceRate <= framesPerSecond * FASTER_THAN_PLANNED) return [];
  const period = VIDEO_TIMESCALE / framesPerSecond;
  const half = VIDEO_TIMESCALE / sourceRate / 2;
  return [`select='gt(floor((pts-(${originTicks})+${half})/${period}),floor((pts-(${originTicks})-${half})/${period}))'`];
}

/** Averages of the source's rate may lie a little above the planned one. */
const FASTER_THAN_PLANNED = 1.15;

/** Frames instead of fields, at 90 kHz and at times of their own: set behind the deinterlacer, which doubles the clock it is given. */
export function wholeFrames(video: VideoStreamInfo): string[] {
  return [...deinterlaceFilters(video), `settb=1/${VIDEO_TIMESCALE}`, FIRST_OF_A_TIME];
}

/** Of several frames at one time the first: no player could show them all. */
const FIRST_OF_A_TIME = "select='not(eq(pts,prev_pts))'";

/** Throws RangeError for a rendition that has none. */
export function outputUrl(outputUrls: Readonly<Record<string, string>>, renditionId: string): string {
  const url = outputUrls[renditionId];
  if (url === undefined) throw new RangeError(`Rendition ${renditionId} has no output`);
  return url;
}
