import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { OtherStreamInfo } from '../model/source-info.ts';
import type { FfmpegCommand } from './chunk-command.ts';
import { INPUT_LIMITS } from './ffprobe-command.ts';
import { makeJobFolder } from './job-folder.ts';
import type { RunEnvironment } from './run-chunk.ts';
import { runFfmpeg } from './run-ffmpeg.ts';

type TextStream = Pick<OtherStreamInfo, 'index' | 'codec' | 'language'>;

/** Of one track. A film's takes a few hundred kilobytes, with drawings in ASS some megabytes; reading as much takes a second. */
export const MOST_SUBTITLE_BYTES = 4 * 1024 * 1024;
/** Of all tracks of a source together, but for a share that a film's can be read with. */
const MOST_BYTES_TOGETHER = 64 * 1024 * 1024;
const LEAST_SHARE_BYTES = 1024 * 1024;
/** The whole source has to be read, since subtitles lie between its pictures. */
const LONGEST_RUN_MS = 30 * 60_000;

/** What each codec is written as: as it is where a text format of its own exists, so that nothing is lost on the way. */
const FORMATS: Readonly<Record<string, readonly [encoder: string, format: string]>> = {
  ...{ subrip: ['copy', 'srt'], srt: ['copy', 'srt'] },
  webvtt: ['copy', 'webvtt'],
  ...{ ass: ['copy', 'ass'], ssa: ['copy', 'ass'] },
};
const OTHER_FORMAT = ['srt', 'srt'] as const;

/**
 * The text of subtitle streams, all in one run that decodes neither picture nor sound, in formats for parseSubtitles and with
 * the source's own times. Each stream's is handed over in turn, so that memory holds one; none of a stream that gave nothing.
 * Answers what ended the run early, which is no exception: until then streams may have come out whole.
 */
export async function extractSubtitles(
  path: string,
  streams: readonly TextStream[],
  environment: RunEnvironment,
  onText: (stream: TextStream, bytes: Uint8Array) => Promise<void>,
): Promise<unknown> {
  const folder = await makeJobFolder();
  try {
    const failure = await runFfmpeg(extractionCommand(path, streams, folder), { ...environment, stallMs: LONGEST_RUN_MS }).then(
      () => undefined,
      (error: unknown) => error,
    );
    for (const stream of streams) {
      const bytes = await readBounded(outputPath(folder, stream.index));
      if (bytes !== undefined) await onText(stream, bytes);
    }
    return failure;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Pure. */
export function extractionCommand(path: string, streams: readonly TextStream[], folder: string): FfmpegCommand {
  const share = Math.floor(MOST_BYTES_TOGETHER / Math.max(1, streams.length));
  const mostBytes = Math.min(MOST_SUBTITLE_BYTES, Math.max(LEAST_SHARE_BYTES, share));
  return {
    inputs: [{ url: `file:${path}`, options: [...INPUT_LIMITS, '-vn', '-an', '-dn'] }],
    filters: [],
    outputs: streams.map(({ index, codec }) => {
      const [encoder, format] = FORMATS[codec] ?? OTHER_FORMAT;
      const limits = ['-fs', String(mostBytes), '-map_metadata', '-1', '-map_chapters', '-1'];
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
