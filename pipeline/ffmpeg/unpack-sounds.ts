import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AudioStreamInfo } from '../model/source-info.ts';
import { addInput, type ChunkSource, type FfmpegCommand } from './chunk-command.ts';
import { makeJobFolder } from './job-folder.ts';
import type { RunEnvironment } from './run-chunk.ts';
import { runFfmpeg } from './run-ffmpeg.ts';

/** Formats of nothing but frames, which ffmpeg reads one by one. */
const RAW_FORMATS: Readonly<Record<string, string>> = { amr_nb: 'amr', amr_wb: 'amr' };
/** The whole source has to be read, since its sound lies between its pictures. */
const LONGEST_RUN_MS = 30 * 60_000;

export function canBeUnpacked({ codec }: Pick<AudioStreamInfo, 'codec'>): boolean {
  return codec in RAW_FORMATS;
}

/**
 * Does work that needs sounds of a source frame by frame (AudioStreamInfo.isPacked): as files of their own, by stream index, which are
 * there as long as the work goes on. Throws as runFfmpeg does.
 */
export async function withUnpackedSounds<T>(
  source: ChunkSource,
  streamIndexes: ReadonlySet<number>,
  environment: RunEnvironment,
  work: (paths: ReadonlyMap<number, string>) => Promise<T>,
): Promise<T> {
  const packed = source.info.audio.filter(({ index, isPacked }) => isPacked && streamIndexes.has(index));
  if (packed.length === 0) return work(new Map());
  const folder = await makeJobFolder();
  try {
    const paths = new Map(packed.map(({ index }) => [index, join(folder, `${index}.raw`)]));
    await runFfmpeg(unpackCommand(source, packed, paths), { ...environment, stallMs: LONGEST_RUN_MS });
    return await work(paths);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Pure. */
export function unpackCommand(
  source: Pick<ChunkSource, 'path'>,
  packed: readonly AudioStreamInfo[],
  paths: ReadonlyMap<number, string>,
): FfmpegCommand {
  const command: FfmpegCommand = { inputs: [], filters: [], outputs: [] };
  const input = addInput(command, source.path, undefined, ['-vn', '-sn', '-dn']);
  for (const { index, codec } of packed) {
    const options = ['-map', `${input}:${index}`, '-c:a', 'copy', '-map_metadata', '-1', '-f', RAW_FORMATS[codec] ?? codec];
    command.outputs.push({ url: paths.get(index) ?? '', options });
  }
  return command;
}
