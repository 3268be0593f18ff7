import { readFile, stat } from 'node:fs/promises';
import { AppError } from '../errors.ts';
import { MOST_SUBTITLE_BYTES } from '../ffmpeg/extract-subtitles.ts';
import type { SourceInfo } from '../model/source-info.ts';
import type { FileTrack } from '../model/text/subtitle-document.ts';
import { VIDEO_TIMESCALE } from '../model/time.ts';
import { readSubtitlesApart } from '../text/read-subtitles-apart.ts';
import type { SubtitleName } from './subtitle-name.ts';

/**
 * The tracks of a subtitle file, one for each of its languages, as WebVTT in the time of the title that it is for.
 * Throws AppError `source_empty`, `source_unsupported` for what is no subtitle.
 */
export async function readSubtitleFile(
  path: string,
  fileName: string,
  reading: SubtitleName,
  info: SourceInfo,
): Promise<{ track: FileTrack; vtt: Uint8Array }[]> {
  const { size } = await stat(path);
  if (size === 0) throw new AppError('source_empty', 'This file is empty. Copy or download it again.');
  if (size > MOST_SUBTITLE_BYTES)
    throw new AppError('source_unsupported', 'This file is larger than subtitles are. Drop the subtitles of one film.');
  const { language, isForced, isHearingImpaired, isDefault } = reading;
  const job = { bytes: await readFile(path), language, shiftMs: -titleStartMs(info), from: { fileName } };
  const { encoding, tracks } = await readSubtitlesApart(job);
  if (tracks.length === 0) {
    throw new AppError('source_unsupported', 'There are no subtitles in this file that could be read. SRT, WebVTT, ASS and SAMI can be.');
  }
  return tracks.map(({ digest, vtt, language = 'und' }) => ({
    // Another text is another track, with URLs of its own: segments may be kept by caches.
    track: { id: `sx${digest.slice(0, 12)}`, language, isForced, isHearingImpaired, isDefault, fileName, encoding },
    vtt,
  }));
}

/** Less than this comes from how codecs begin, not from how films do. */
const TRIFLE_MS = 100;

/** Files beside a film count from where its sound or picture begins, whichever is first; a title counts from its picture. */
function titleStartMs({ video, audio }: SourceInfo): number {
  if (!video) return 0;
  const starts = [video.firstFrameTicks, ...audio.map(({ startTicks }) => startTicks)];
  const ms = Math.round(((video.firstFrameTicks - Math.min(...starts)) * 1000) / VIDEO_TIMESCALE);
  return ms < TRIFLE_MS ? 0 : ms;
}
