import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan } from '../model/plan.ts';
import type { VideoStreamInfo } from '../model/source-info.ts';
import { planStoryboard, type Storyboard, sheetCount, sheetName } from '../model/storyboard.ts';
import { addInput, type ChunkSource, type FfmpegCommand } from './chunk-command.ts';
import { makeJobFolder } from './job-folder.ts';
import { JPEG_COLORS } from './jpeg-colors.ts';
import { openOutputSockets } from './output-sockets.ts';
import { pictureFilters } from './picture-filters.ts';
import type { RunEnvironment } from './run-chunk.ts';
import { type RunningFfmpeg, runFfmpeg } from './run-ffmpeg.ts';
import { chooseSampling, type Sampling, samplingFilters, samplingOptions } from './sampled-pictures.ts';

const PROGRESS = 'progress';

export interface StoryboardSheets {
  storyboard: Storyboard;
  /** JPEGs. */
  sheets: Uint8Array[];
}

/**
 * Thumbnails of a whole title from one pass over its keyframes; all else is skipped undecoded, but for short films and those whose
 * keyframes are not shown. Undefined for a title without a picture, or of which nothing decodes. Throws as runFfmpeg does.
 */
export async function makeStoryboard(source: ChunkSource, plan: Plan, environment: RunEnvironment): Promise<StoryboardSheets | undefined> {
  const { video } = source.info;
  if (!video) return undefined;
  const storyboard = planStoryboard(video, plan.timeline.boundaries.at(-1) ?? 0);
  for (const sampling of new Set<Sampling>([chooseSampling(plan), 'frames'])) {
    const sheets = await makeSheets(
      storyboard,
      (folder) => storyboardCommand(source, video, plan, { storyboard, sampling, folder }),
      environment,
    );
    if (sheets) return { storyboard, sheets };
  }
  return undefined;
}

/** Undefined where ffmpeg found nothing to decode. */
async function makeSheets(
  storyboard: Storyboard,
  buildCommand: (folder: string) => FfmpegCommand,
  environment: RunEnvironment,
): Promise<Uint8Array[] | undefined> {
  const folder = await makeJobFolder();
  let running: RunningFfmpeg | undefined;
  // The first sheet may take minutes: only its reports tell that ffmpeg is alive.
  const sockets = await openOutputSockets({ [PROGRESS]: { onData: () => running?.heard() } });
  try {
    await runFfmpeg(buildCommand(folder), {
      ...environment,
      progressUrl: sockets.urls[PROGRESS],
      onStarted(started) {
        running = started;
        environment.onStarted?.(started);
      },
    });
    if ((await readdir(folder)).length === 0) return undefined;
    const names = Array.from({ length: sheetCount(storyboard) }, (_, sheet) => sheetName(sheet));
    return await Promise.all(names.map((name) => readFile(join(folder, name))));
  } finally {
    await sockets.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Pure. Writes `storyboard-<sheet>.jpg` into `folder`. */
function storyboardCommand(
  source: ChunkSource,
  video: VideoStreamInfo,
  { originTicks }: Pick<Plan, 'originTicks'>,
  { storyboard, sampling, folder }: { storyboard: Storyboard; sampling: Sampling; folder: string },
): FfmpegCommand {
  const { thumbnail, thumbnailCount, intervalTicks, columns, rows } = storyboard;
  const command: FfmpegCommand = { inputs: [], filters: [], outputs: [] };
  const input = addInput(command, source.path, undefined, samplingOptions(source, video, sampling));
  const filters = [
    ...samplingFilters(video, { originTicks, intervalTicks, toleranceTicks: Math.floor(intervalTicks / 2) }),
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
