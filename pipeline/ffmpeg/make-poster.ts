import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ticks, VIDEO_TIMESCALE } from '../model/time.ts';
import { addInput, type ChunkSource, type FfmpegCommand } from './chunk-command.ts';
import { makeJobFolder } from './job-folder.ts';
import type { RunEnvironment } from './run-chunk.ts';
import { runFfmpeg } from './run-ffmpeg.ts';
import { chooseVideoSeek, seekTrust } from './seek.ts';

/** A tenth into the film, past titles and fades from black, at most this far. */
const LATEST_POSTER_SECONDS = 60;
/** ffmpeg's `thumbnail` picks the most typical of this many frames. */
const CANDIDATE_FRAMES = 24;
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
  const input = addInput(command, source.path, chooseVideoSeek(seekTrust(formatNames), video.firstFrameTicks, place), [
    '-an',
    '-sn',
    '-dn',
  ]);
  const square = `scale=w=${POSTER_WIDTH}:h=${TALLEST_POSTER}:force_original_aspect_ratio=decrease:force_divisible_by=2:flags=bicubic,setsar=1`;
  command.filters.push(`[${input}:${video.index}]thumbnail=${CANDIDATE_FRAMES},scale=w='iw*sar':h=ih,${square}[p]`);
  command.outputs.push({ url: outPath, options: ['-map', '[p]', '-frames:v', '1', '-q:v', '4', '-f', 'mjpeg'] });
  return command;
}

function posterTicks(firstTicks: Ticks, endTicks: Ticks): Ticks {
  return firstTicks + Math.min(Math.floor((endTicks - firstTicks) / 10), LATEST_POSTER_SECONDS * VIDEO_TIMESCALE);
}
