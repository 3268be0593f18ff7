import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { displaySize, type PictureSize } from '../model/ladder/picture-size.ts';
import { scorePicture } from '../model/score-picture.ts';
import type { VideoStreamInfo } from '../model/source-info.ts';
import { VIDEO_TIMESCALE } from '../model/time.ts';
import { addInput, type ChunkSource, type FfmpegCommand, pictureOnly } from './chunk-command.ts';
import { deinterlaceFilters } from './field-filters.ts';
import { makeJobFolder } from './job-folder.ts';
import { JPEG_COLORS } from './jpeg-colors.ts';
import { pictureFilters } from './picture-filters.ts';
import { choosePosterLooks, lookLonger, type PosterLook } from './poster-looks.ts';
import type { RunEnvironment } from './run-chunk.ts';
import { runFfmpeg } from './run-ffmpeg.ts';
import { chooseVideoSeek, seekTrust } from './seek.ts';

const POSTER_WIDTH = 640;
const TALLEST_POSTER = 1600;
/** What is judged, whatever the picture's shape. */
const JUDGED: PictureSize = { width: 160, height: 90 };
/** Below it a picture is dark, even or faded: worth another look. */
const GOOD_SCORE = 0.1;

interface Candidate {
  score: number;
  jpeg: Uint8Array;
}

/**
 * A JPEG of a good frame, 640 pixels wide: the one with the highest score of a few keyframes over the film. Undefined for a title
 * without a picture. Throws as runFfmpeg does, where no place of the film gives a picture.
 */
export async function makePoster(source: ChunkSource, environment: RunEnvironment): Promise<Uint8Array | undefined> {
  const { video, formatNames } = source.info;
  if (!video) return undefined;
  const trust = seekTrust(formatNames);
  let best: Candidate | undefined;
  let failure: unknown;
  const tryLook = async (look: PosterLook): Promise<void> => {
    try {
      for (const candidate of await takeCandidates(source, video, look, environment)) {
        if (best === undefined || candidate.score > best.score) best = candidate;
      }
    } catch (error) {
      if (environment.signal?.aborted) throw error;
      failure = error;
    }
  };
  for (const look of choosePosterLooks(video, trust)) await tryLook(look);
  if ((best?.score ?? 0) < GOOD_SCORE) await tryLook(lookLonger(video));
  if (best === undefined && failure !== undefined) throw failure;
  return best?.jpeg;
}

async function takeCandidates(
  source: ChunkSource,
  video: VideoStreamInfo,
  look: PosterLook,
  environment: RunEnvironment,
): Promise<Candidate[]> {
  const folder = await makeJobFolder();
  try {
    await runFfmpeg(posterCommand(source, video, look, folder), environment);
    const luma = await readFile(join(folder, 'luma'));
    const size = JUDGED.width * JUDGED.height;
    return await Promise.all(
      Array.from({ length: Math.floor(luma.length / size) }, async (_, index) => ({
        score: scorePicture(luma.subarray(index * size, (index + 1) * size), JUDGED),
        jpeg: await readFile(join(folder, `${index}.jpg`)),
      })),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Pure. Writes into `folder` the frames of a look as `<n>.jpg`, and their brightness, one after the other, as `luma`. */
export function posterCommand(source: ChunkSource, video: VideoStreamInfo, look: PosterLook, folder: string): FfmpegCommand {
  const command: FfmpegCommand = { inputs: [], filters: [], outputs: [] };
  const keyframes = look.keyframesOnly ? ['-skip_frame', 'nokey'] : [];
  const seek = chooseVideoSeek(seekTrust(source.info.formatNames), video.firstFrameTicks, look.fromTicks);
  const input = addInput(command, source.path, seek, [...pictureOnly(video), ...keyframes]);
  const step = look.stepTicks / VIDEO_TIMESCALE;
  const chain = [
    ...deinterlaceFilters(video),
    `trim=duration=${look.spanTicks / VIDEO_TIMESCALE}`,
    `select='isnan(prev_selected_t)+gte(t-prev_selected_t,${step})'`,
    `${pictureFilters(video, posterSize(video))},split[a][b]`,
  ].join(',');
  command.filters.push(
    `[${input}:${video.index}]${chain}`,
    `[a]${JPEG_COLORS}[p]`,
    `[b]scale=${JUDGED.width}:${JUDGED.height},format=gray[l]`,
  );
  const frames = ['-fps_mode', 'passthrough', '-frames:v', String(look.mostFrames)];
  const pattern = join(folder.replaceAll('%', '%%'), '%d.jpg');
  command.outputs.push(
    { url: pattern, options: ['-map', '[p]', ...frames, '-q:v', '4', '-f', 'image2', '-start_number', '0'] },
    { url: join(folder, 'luma'), options: ['-map', '[l]', ...frames, '-f', 'rawvideo'] },
  );
  return command;
}

function posterSize(video: VideoStreamInfo): PictureSize {
  const { width, height } = displaySize(video);
  const scale = Math.min(POSTER_WIDTH / width, TALLEST_POSTER / height);
  const even = (side: number): number => Math.max(2, 2 * Math.round((side * scale) / 2));
  return { width: even(width), height: even(height) };
}
