import type { PictureLosses, UnsampledReason } from '../model/ladder/fit-ladder.ts';
import type { PictureSize } from '../model/ladder/picture-size.ts';
import type { VideoRenditionPlan } from '../model/plan.ts';
import type { VideoStreamInfo } from '../model/source-info.ts';
import { type Ticks, VIDEO_TIMESCALE } from '../model/time.ts';
import { type ChunkSource, pictureOnly } from './chunk-command.ts';
import { INPUT_LIMITS } from './ffprobe-command.ts';
import { deinterlaceFilters } from './field-filters.ts';
import { mayChangeShape } from './fit-filters.ts';
import { pictureFilters } from './picture-filters.ts';
import type { RunEnvironment } from './run-chunk.ts';
import { readFfmpegLines } from './run-ffprobe.ts';
import { chooseSamplePlaces, SAMPLE_FRAMES } from './sample-places.ts';

/** Of each frame a part so large is encoded, at full detail: another part at each place. */
const PART: PictureSize = { width: 640, height: 360 };
/** Places of the part within the picture, in steps of the room that it leaves. */
const COLUMNS = 4;
const ROWS = 3;
/** Above the setting, where the answer most often lies. */
const SAMPLED_CRF_ABOVE = 4;
/** The same result on every machine. */
const ENCODER_THREADS = 2;
/** Usually it takes a third of a second. Whoever waits for the plan of a film waits no longer than this, on a busy machine too. */
const DEFAULT_TIMEOUT_MS = 3_000;
/**
 * The first frames lose less than the whole stretch up to the next keyframe (measured, docs/decisions/0021); and the fewer places, the more careful.
 */
const UNDERESTIMATE = 1.18;
const CARE_FOR_FEW_PLACES = 0.6;

export interface MeasureLossesOptions extends Pick<RunEnvironment, 'tools' | 'log' | 'signal'> {
  /** After it the picture is not sampled, `failed`. Default 3 s. */
  timeoutMs?: number;
}

/**
 * What a picture loses by encoding and scaling, from a few frames at a few places of the film, in one run of ffmpeg. The same for the same
 * file and rungs. Answers why where it does not sample.
 *
 * @throws AppError `cancelled`, `ffmpeg_missing`, `source_unreadable` (after `timeoutMs`)
 */
export async function measureLosses(
  source: ChunkSource,
  rungs: readonly VideoRenditionPlan[],
  { tools, log, signal, timeoutMs = DEFAULT_TIMEOUT_MS }: MeasureLossesOptions,
): Promise<PictureLosses | UnsampledReason> {
  const { video } = source.info;
  const [top] = rungs;
  if (!video || !top) return 'failed';
  const places = chooseSamplePlaces(source.info, video);
  if (typeof places === 'string') return places;
  const args = lossArgs(source, video, rungs, places);
  const { stderr } = await readFfmpegLines(args, { tools, log, signal, timeoutMs }, () => {});
  const read = readLosses(stderr, rungs.length);
  if (!read) return 'failed';
  const care = UNDERESTIMATE + CARE_FOR_FEW_PLACES / places.length;
  return { encoding: read.encoding * care, crf: top.crf + SAMPLED_CRF_ABOVE, scaling: read.scaling };
}

/** Pure. Prints on standard error what the encoder and the filters measured. */
export function lossArgs(
  source: ChunkSource,
  video: VideoStreamInfo,
  rungs: readonly VideoRenditionPlan[],
  places: readonly Ticks[],
): string[] {
  const [top, ...lower] = rungs as [VideoRenditionPlan, ...VideoRenditionPlan[]];
  const rate = video.frameRate.num / video.frameRate.den;
  const part = { width: Math.min(PART.width, top.width), height: Math.min(PART.height, top.height) };
  const inputs = places.flatMap((ticks) => [
    ...[...INPUT_LIMITS, ...pictureOnly(video), '-threads', '1', '-flags', 'low_delay', '-noaccurate_seek', '-seek_timestamp', '1'],
    ...['-ss', (ticks / VIDEO_TIMESCALE).toFixed(6), '-i', `file:${source.path}`],
  ]);
  const chains = places.map((_, place) => {
    const column = ((place % COLUMNS) / (COLUMNS - 1)) * (top.width - part.width);
    const row = ((place % ROWS) / (ROWS - 1)) * (top.height - part.height);
    return [
      `[${place}:${video.index}]${[...deinterlaceFilters(video), `trim=end_frame=${SAMPLE_FRAMES}`].join(',')}`,
      pictureFilters(video, top, !mayChangeShape(source.info)),
      `crop=${part.width}:${part.height}:${even(column)}:${even(row)}`,
      `setpts=N/${rate}/TB[p${place}]`,
    ].join(',');
  });
  const joined = `${places.map((_, place) => `[p${place}]`).join('')}concat=n=${places.length},setpts=N/${rate}/TB,split=${rungs.length}[whole]`;
  const scaled = lower.map((rung, index) => {
    const small = `${even((part.width * rung.width) / top.width)}:${even((part.height * rung.height) / top.height)}`;
    return [
      `[s${index}]select='not(mod(n,${SAMPLE_FRAMES}))',split[a${index}][b${index}]`,
      `[a${index}]scale=${small}:flags=bicubic,scale=${part.width}:${part.height}:flags=bicubic[c${index}]`,
      `[c${index}][b${index}]ssim@rung${index + 1}[o${index}]`,
    ].join(';');
  });
  const graph = [...chains, joined + lower.map((_, index) => `[s${index}]`).join(''), ...scaled].join(';');
  const encoder = ['-c:v', 'libx264', '-preset', top.preset, '-profile:v', 'high', '-crf', String(top.crf + SAMPLED_CRF_ABOVE)];
  const gops = `ssim=1:open-gop=0:scenecut=0:keyint=${SAMPLE_FRAMES}:min-keyint=${SAMPLE_FRAMES}`;
  return [
    ...['-v', 'info', '-nostats', ...inputs, '-filter_complex', graph],
    ...['-map', '[whole]', ...encoder, '-threads', String(ENCODER_THREADS), '-x264-params', gops, '-f', 'null', '-'],
    ...lower.flatMap((_, index) => ['-map', `[o${index}]`, '-fps_mode', 'passthrough', '-f', 'null', '-']),
  ];
}

/** Pure. `log`: the end of what ffmpeg said. Undefined where anything is missing. */
export function readLosses(log: string, rungCount: number): Pick<PictureLosses, 'encoding' | 'scaling'> | undefined {
  const encoded = Number(/SSIM Mean Y:([\d.]+)/.exec(log)?.[1]);
  const scaling = [0];
  for (const [, rung, ssim] of log.matchAll(/\[ssim@rung(\d+) @ \w+\] SSIM Y:([\d.]+)/g)) scaling[Number(rung)] = 1 - Number(ssim);
  const isWhole = encoded > 0 && Array.from({ length: rungCount }, (_, rung) => scaling[rung] ?? Number.NaN).every(Number.isFinite);
  return isWhole ? { encoding: 1 - encoded, scaling } : undefined;
}

function even(side: number): number {
  return Math.max(0, 2 * Math.round(side / 2));
}
