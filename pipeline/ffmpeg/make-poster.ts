import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { displaySize, type PictureSize } from '../model/ladder/picture-size.ts';
import type { VideoStreamInfo } from '../model/source-info.ts';
import { type Ticks, VIDEO_TIMESCALE } from '../model/time.ts';
import { addInput, type ChunkSource, type FfmpegCommand, pictureOnly } from './chunk-command.ts';
import { deinterlaceFilters } from './field-filters.ts';
import { makeJobFolder } from './job-folder.ts';
import { pictureFilters } from './picture-filters.ts';
import type { RunEnvironment } from './run-chunk.ts';
import { runFfmpeg } from './run-ffmpeg.ts';
import { chooseVideoSeek, seekTrust } from './seek.ts';

/** A tenth into the film, past titles and fades from black, at most this far. */
const LATEST_POSTER_SECONDS = 60;
/** ffmpeg's `thumbnail` picks the most typical of this many frames. */
const CANDIDATE_FRAMES = 24;
/** For `thumbnail`, which may turn frames into RGB. */
const STATED_COLORS = 'setparams=colorspace=bt709:range=tv';
/** JFIF has one matrix and full range, and cannot say otherwise. */
const JPEG_COLORS = 'scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p';
const POSTER_WIDTH = 640;
const TALLEST_POSTER = 1600;

/** A JPEG of a typical frame, 640 pixels wide; undefined for a title without a picture. Throws as runFfmpeg does. */
export async function makePoster(source: ChunkSource, environment: RunEnvironment): Promise<Uint8Array | undefined> {
  if (!source.info.video) return undefined;
  const folder = await makeJobFolder();
  const outPath = join(folder, 'poster.jpg');
  try {
    await runFfmpeg(posterCommand(source, outPath), environment);
    return await readFile(outPath);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Pure. */
export function posterCommand(source: ChunkSource, outPath: string): FfmpegCommand {
  const command: FfmpegCommand = { inputs: [], filters: [], outputs: [] };
  const { video, formatNames } = source.info;
  if (!video) return command;
  const place = posterTicks(video.firstFrameTicks, video.endTicks);
  const input = addInput(command, source.path, chooseVideoSeek(seekTrust(formatNames), video.firstFrameTicks, place), pictureOnly(video));
  const picture = [...deinterlaceFilters(video), pictureFilters(video, posterSize(video))].join(',');
  command.filters.push(`[${input}:${video.index}]${picture},${STATED_COLORS},thumbnail=${CANDIDATE_FRAMES},${JPEG_COLORS}[p]`);
  command.outputs.push({ url: outPath, options: ['-map', '[p]', '-frames:v', '1', '-q:v', '4', '-f', 'mjpeg'] });
  return command;
}

function posterSize(video: VideoStreamInfo): PictureSize {
  const { width, height } = displaySize(video);
  const scale = Math.min(POSTER_WIDTH / width, TALLEST_POSTER / height);
  const even = (side: number): number => Math.max(2, 2 * Math.round((side * scale) / 2));
  return { width: even(width), height: even(height) };
}

function posterTicks(firstTicks: Ticks, endTicks: Ticks): Ticks {
  return firstTicks + Math.min(Math.floor((endTicks - firstTicks) / 10), LATEST_POSTER_SECONDS * VIDEO_TIMESCALE);
}
