import { AppError } from '../errors.ts';
import type { SourceInfo } from '../model/source-info.ts';
import { VIDEO_TIMESCALE } from '../model/time.ts';
import type { ProbedStream } from './probe-document.ts';

/** 8K and the squares of 360° films fit; what is larger is a bomb or needs more memory than a decoder may have. */
export const MOST_PIXELS = 8192 * 8192;
/** Pictures and sounds. Each sound is a rendition, and an input of the run that encodes it. */
const MOST_STREAMS = 64;
/** Two days: every segment has its line in the playlists and its place in the queue, and a few bytes can claim years. */
const LONGEST_TICKS = 2 * 24 * 3600 * VIDEO_TIMESCALE;

/**
 * Throws AppError `source_unsupported` for a source whose pictures and sounds ask for more than anybody's film does. `stderr` is
 * ffprobe's: the size of a picture that it refused to decode may stand there alone. Pure.
 */
export function checkSourceLimits(streams: readonly Pick<ProbedStream, 'codec_type' | 'width' | 'height'>[], stderr: string): void {
  if (streams.length > MOST_STREAMS) {
    const message = `This file has ${streams.length} pictures and sounds; ${MOST_STREAMS} can be played. Remux it with the ones you want and add it again.`;
    throw new AppError('source_unsupported', message);
  }
  const refused = /Picture size (\d+)x(\d+) exceeds specified max pixel count/.exec(stderr);
  for (const { codec_type, width = 0, height = 0 } of streams) {
    if (codec_type !== 'video') continue;
    const size = width * height > MOST_PIXELS ? [width, height] : width * height === 0 && refused ? [refused[1], refused[2]] : undefined;
    if (size === undefined) continue;
    const message = `The picture of this file is ${size.join('×')}, more than can be decoded here. Scale it down to 8K or less and add it again.`;
    throw new AppError('source_unsupported', message);
  }
}

/** Throws AppError `source_unsupported` for a source whose last picture or sound lies further from its first than any film's does. Pure. */
export function checkSourceLength({ video, audio }: Pick<SourceInfo, 'video' | 'audio'>): void {
  const starts = [...(video ? [video.firstFrameTicks] : []), ...audio.map(({ startTicks }) => startTicks)];
  const ends = [...(video ? [video.endTicks] : []), ...audio.map(({ endTicks }) => endTicks)];
  const ticks = Math.max(...ends) - Math.min(...starts);
  if (ticks <= LONGEST_TICKS) return;
  const days = Math.round(ticks / VIDEO_TIMESCALE / 86_400);
  const message = `The times in this file span ${days} days: they are damaged, or it is no film. Remux it with ffmpeg, or cut it, and add it again.`;
  throw new AppError('source_unsupported', message);
}
