import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { AppError } from '../errors.ts';
import { MOST_SUBTITLE_BYTES } from '../ffmpeg/extract-subtitles.ts';
import type { SourceInfo } from '../model/source-info.ts';
import { type Cue, shiftCues } from '../model/text/cue.ts';
import { type ParsedSubtitles, parseSubtitles } from '../model/text/parse-subtitles.ts';
import type { FileTrack } from '../model/text/subtitle-document.ts';
import { VIDEO_TIMESCALE } from '../model/time.ts';
import { decodeText } from '../text/decode-text.ts';
import { guessLanguage } from '../text/guess-language.ts';
import type { SubtitleName } from './subtitle-name.ts';

/**
 * The tracks of a subtitle file, one for each of its languages, with their cues in the time of the title that it is for.
 * Throws AppError `source_empty`, `source_unsupported` for what is no subtitle.
 */
export async function readSubtitleFile(
  path: string,
  fileName: string,
  reading: SubtitleName,
  info: SourceInfo,
): Promise<{ track: FileTrack; cues: Cue[] }[]> {
  const { size } = await stat(path);
  if (size === 0) throw new AppError('source_empty', 'This file is empty. Copy or download it again.');
  if (size > MOST_SUBTITLE_BYTES)
    throw new AppError('source_unsupported', 'This file is larger than subtitles are. Drop the subtitles of one film.');
  const { text, encoding } = decodeText(await readFile(path), reading.language);
  const parsed = parseSubtitles(text);
  if (parsed.length === 0) {
    throw new AppError('source_unsupported', 'There are no subtitles in this file that could be read. SRT, WebVTT, ASS and SAMI can be.');
  }
  return parsed.map((one) => {
    const cues = shiftCues(one.cues, -titleStartMs(info));
    const id = trackId(fileName, one, cues);
    return { track: { id, ...describeTrack(reading, one), fileName, encoding }, cues };
  });
}

function describeTrack({ language, isForced, isHearingImpaired, isDefault }: SubtitleName, parsed: ParsedSubtitles) {
  const own = parsed.language ?? language ?? guessLanguage(parsed.cues.map(({ text }) => text).join('\n'));
  return { language: own ?? 'und', isForced, isHearingImpaired, isDefault };
}

/** Another text is another track, with URLs of its own: segments may be kept by caches. */
function trackId(fileName: string, { language }: ParsedSubtitles, cues: readonly Cue[]): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([fileName, language, cues]))
    .digest('hex');
  return `sx${digest.slice(0, 12)}`;
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
