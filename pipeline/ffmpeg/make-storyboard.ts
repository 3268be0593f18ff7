import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan } from '../model/plan.ts';
import type { VideoStreamInfo } from '../model/source-info.ts';
import { planStoryboard, type Storyboard, sheetCount, sheetName } from '../model/storyboard.ts';
import { VIDEO_TIMESCALE } from '../model/time.ts';
import { addInput, type ChunkSource, type FfmpegCommand } from './chunk-command.ts';
import { isInterlaced } from './field-filters.ts';
import { makeJobFolder } from './job-folder.ts';
import { JPEG_COLORS } from './jpeg-colors.ts';
import { openOutputSockets } from './output-sockets.ts';
import { NO_AUTOROTATION, pictureFilters } from './picture-filters.ts';
import type { RunEnvironment } from './run-chunk.ts';
import { type RunningFfmpeg, runFfmpeg } from './run-ffmpeg.ts';

const PROGRESS = 'progress';
/** So much is decoded whole: a short film may have one keyframe, or none that is shown. */
const SHORT_TICKS = 30 * VIDEO_TIMESCALE;

export interface StoryboardSheets {
  storyboard: Storyboard;
  /** JPEGs. */
  sheets: Uint8Array[];
}

/**
 * Thumbnails of a whole title from one pass over its keyframes; all else is skipped undecoded, but for short films. Undefined for a title without a
 * picture. Throws as runFfmpeg does.
 */
export async function makeStoryboard(source: ChunkSource, plan: Plan, environment: RunEnvironment): Promise<StoryboardSheets | undefined> {
  const { video } = source.info;
  if (!video) return undefined;
  const storyboard = planStoryboard(video, plan.timeline.boundaries.at(-1) ?? 0);
  const folder = await makeJobFolder();
  let running: RunningFfmpeg | undefined;
  // The first sheet may take minutes: only its reports tell that ffmpeg is alive.
  const sockets = await openOutputSockets({ [PROGRESS]: { onData: () => running?.heard() } });
  try {
    await runFfmpeg(storyboardCommand(source, video, plan, storyboard, folder), {
      ...environment,
      progressUrl: sockets.urls[PROGRESS],
      onStarted(started) {
        running = started;
      },
    });
    const names = Array.from({ length: sheetCount(storyboard) }, (_, sheet) => sheetName(sheet));
    return { storyboard, sheets: await Promise.all(names.map((name) => readFile(join(folder, name)))) };
  } finally {
    await sockets.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Pure. Writes `storyboard-<sheet>.jpg` into `folder`. */
export function storyboardCommand(
  source: ChunkSource,
  video: VideoStreamInfo,
  { originTicks }: Pick<Plan, 'originTicks'>,
  storyboard: Storyboard,
  folder: string,
): FfmpegCommand {
  const { thumbnail, thumbnailCount, intervalTicks, columns, rows } = storyboard;
  const skipping = storyboard.durationTicks > SHORT_TICKS ? keyframesOnly(source, video) : [];
  const command: FfmpegCommand = { inputs: [], filters: [], outputs: [] };
  const input = addInput(command, source.path, undefined, ['-an', '-sn', '-dn', ...NO_AUTOROTATION, ...skipping]);
  const filters = [
    ...firstFields(video),
    `settb=1/${VIDEO_TIMESCALE}`,
    // A tick late: else `fps` drops a first frame that is the last one and has no duration.
    `setpts=PTS-(${originTicks})+1`,
    // Of each interval the last frame before its middle; the same again where there is no newer one. All else stays unscaled.
    `fps=${VIDEO_TIMESCALE}/${intervalTicks}:start_time=0:eof_action=pass`,
    'tpad=stop=-1:stop_mode=clone',
    `trim=end_frame=${thumbnailCount}`,
    pictureFilters(video, thumbnail),
    JPEG_COLORS,
    `tile=${columns}x${rows}`,
  ];
  command.filters.push(`[${input}:${video.index}]${filters.join(',')}[t]`);
  const pattern = join(folder.replaceAll('%', '%%'), 'storyboard-%d.jpg');
  const options = ['-map', '[t]', '-frames:v', String(sheetCount(storyboard)), '-q:v', '5', '-f', 'image2', '-start_number', '0'];
  command.outputs.push({ url: pattern, options });
  return command;
}

/** MP4 has a table of keyframes: the others are not even read. Their times are then off by a few frames, which no thumbnail shows. */
function keyframesOnly({ info }: ChunkSource, { codec }: VideoStreamInfo): string[] {
  return [
    ...(info.formatNames.includes('mov') ? ['-discard:v', 'nokey'] : []),
    // Else MPEG-2's decoder holds each back, and gives it the time of the next where packets have none (tried).
    ...(/^mpeg[12]video$/.test(codec) ? ['-flags', '+low_delay'] : []),
    '-skip_frame',
    'nokey',
  ];
}

/**
 * Of fields the first: the second may be no keyframe, and is skipped then. `tb` and `bt` say first which one is coded first.
 */
function firstFields(video: VideoStreamInfo): string[] {
  return isInterlaced(video) ? [`field=type=${video.fieldOrder.startsWith('b') ? 'bottom' : 'top'}`] : [];
}
