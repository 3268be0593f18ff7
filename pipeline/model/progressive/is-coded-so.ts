import type { SourceInfo } from '../source-info.ts';

/** What a file of sound alone is called, by ffmpeg's names of its container and its codec. */
export const ORIGINALS = { mp3: ['mp3', 'mp3'], opus: ['ogg', 'opus'] } as const;

/** Whether a source is already what is asked for: one sound of that codec, in that container, and nothing else that is played. */
export function isCodedSo(
  { formatNames, video, audio, linksLeftOut }: Pick<SourceInfo, 'formatNames' | 'video' | 'audio' | 'linksLeftOut'>,
  extension: keyof typeof ORIGINALS,
): boolean {
  const [container, codec] = ORIGINALS[extension];
  return !video && !linksLeftOut && audio.length === 1 && audio[0]?.codec === codec && formatNames.includes(container);
}
