import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { addInput, type ChunkSource, type FfmpegCommand } from './chunk-command.ts';
import { makeJobFolder } from './job-folder.ts';
import type { RunEnvironment } from './run-chunk.ts';
import { runFfmpeg } from './run-ffmpeg.ts';

const LARGEST_SIDE = 640;
/** A few hundred kilobytes of PNG can be gigabytes of pixels. */
const MOST_PIXELS = 64_000_000;

/** A JPEG of the first cover in a sound file, at most 640 pixels wide and high; undefined where there is none. Throws as runFfmpeg does. */
export async function extractCover(source: ChunkSource, environment: RunEnvironment): Promise<Uint8Array | undefined> {
  const folder = await makeJobFolder();
  const outPath = join(folder, 'cover.jpg');
  try {
    const command = coverCommand(source, outPath);
    if (!command) return undefined;
    await runFfmpeg(command, environment);
    return await readFile(outPath);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Pure. */
export function coverCommand(source: ChunkSource, outPath: string): FfmpegCommand | undefined {
  const cover = source.info.others.find(({ kind }) => kind === 'cover');
  if (!cover) return undefined;
  const command: FfmpegCommand = { inputs: [], filters: [], outputs: [] };
  const input = addInput(command, source.path, undefined, ['-an', '-sn', '-dn', '-max_pixels', String(MOST_PIXELS)]);
  const fit = `scale=w='min(${LARGEST_SIDE},iw)':h='min(${LARGEST_SIDE},ih)':force_original_aspect_ratio=decrease:flags=bicubic,setsar=1`;
  command.filters.push(`[${input}:${cover.index}]${fit},format=yuvj420p[c]`);
  command.outputs.push({ url: outPath, options: ['-map', '[c]', '-frames:v', '1', '-q:v', '3', '-f', 'mjpeg'] });
  return command;
}
