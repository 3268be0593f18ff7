import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { OtherStreamInfo } from '../model/source-info.ts';
import type { FfmpegCommand } from './chunk-command.ts';
import { INPUT_LIMITS } from './ffprobe-command.ts';
import { makeJobFolder } from './job-folder.ts';
import type { RunEnvironment } from './run-chunk.ts';
import { runFfmpeg } from './run-ffmpeg.ts';

/** Of one track. A film's takes a few hundred kilobytes. */
export const MOST_SUBTITLE_BYTES = 16 * 1024 * 1024;
/** The whole source has to be read, since subtitles lie between its pictures. */
const LONGEST_RUN_MS = 30 * 60_000;

/** What each codec is written as: as it is where a text format of its own exists, so that nothing is lost on the way. */
const FORMATS: Readonly<Record<string, readonly [encoder: string, format: string]>> = {
  ...{ subrip: ['copy', 'srt'], srt: ['copy', 'srt'] },
  webvtt: ['copy', 'webvtt'],
  ...{ ass: ['copy', 'ass'], ssa: ['copy', 'ass'] },
};
const OTHER_FORMAT = ['srt', 'srt'] as const;

export interface ExtractedSubtitles {
  /** The bytes of each stream's text, by stream index, in a format for parseSubtitles; absent where there is none. */
  texts: ReadonlyMap<number, Uint8Array>;
  /** What ended the run early. What had been written until then is in `texts`. */
  failure?: unknown;
}

/**
 * The text of subtitle streams, all in one run that decodes neither picture nor sound. Times are the source's own.
 * `signal` ends it; a run that fails is no exception, since other streams may have come out whole.
 */
export async function extractSubtitles(
  path: string,
  streams: readonly Pick<OtherStreamInfo, 'index' | 'codec'>[],
  environment: RunEnvironment,
): Promise<ExtractedSubtitles> {
  const folder = await makeJobFolder();
  try {
    const failure = await runFfmpeg(extractionCommand(path, streams, folder), { ...environment, stallMs: LONGEST_RUN_MS }).then(
      () => undefined,
      (error: unknown) => error,
    );
    const texts = new Map<number, Uint8Array>();
    for (const { index } of streams) {
      const bytes = await readBounded(outputPath(folder, index));
      if (bytes !== undefined) texts.set(index, bytes);
    }
    return { texts, ...(failure === undefined ? {} : { failure }) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Pure. */
export function extractionCommand(
  path: string,
  streams: readonly Pick<OtherStreamInfo, 'index' | 'codec'>[],
  folder: string,
): FfmpegCommand {
  return {
    inputs: [{ url: `file:${path}`, options: [...INPUT_LIMITS, '-vn', '-an', '-dn'] }],
    filters: [],
    outputs: streams.map(({ index, codec }) => {
      const [encoder, format] = FORMATS[codec] ?? OTHER_FORMAT;
      const limits = ['-fs', String(MOST_SUBTITLE_BYTES), '-map_metadata', '-1', '-map_chapters', '-1'];
      const options = ['-map', `0:${index}`, '-c:s', encoder, ...limits, '-avoid_negative_ts', 'disabled', '-f', format];
      return { url: outputPath(folder, index), options };
    }),
  };
}

function outputPath(folder: string, streamIndex: number): string {
  return join(folder, `${streamIndex}.txt`);
}

async function readBounded(path: string): Promise<Uint8Array | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size > 2 * MOST_SUBTITLE_BYTES) return undefined;
  return readFile(path);
}
