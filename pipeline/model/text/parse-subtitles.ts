import type { Cue } from './cue.ts';
import { parseAss } from './parse-ass.ts';
import { parseSami } from './parse-sami.ts';
import { parseSrt } from './parse-srt.ts';
import { parseVtt } from './parse-vtt.ts';

export type SubtitleFormat = 'srt' | 'vtt' | 'ass' | 'smi';

/** One language of a subtitle file. */
export interface ParsedSubtitles {
  language?: string;
  cues: Cue[];
}

/** Names lie about formats, so the text decides. Undefined for text that is no subtitle. */
export function detectSubtitleFormat(text: string): SubtitleFormat | undefined {
  const head = text.trimStart();
  if (/^WEBVTT(?:\s|$)/.test(head)) return 'vtt';
  if (/<(?:sami|sync)\b/i.test(text)) return 'smi';
  if (/^[ \t]*\[(?:script info|events)\]/im.test(text)) return 'ass';
  return /-{1,3}\s?>/.test(text) ? 'srt' : undefined;
}

/** A subtitle file's text, decoded. Empty where nothing in it is a cue. Never throws. */
export function parseSubtitles(text: string): ParsedSubtitles[] {
  const lines = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  switch (detectSubtitleFormat(lines)) {
    case 'vtt':
      return withCues(parseVtt(lines));
    case 'ass':
      return withCues(parseAss(lines));
    case 'smi':
      return parseSami(lines);
    case 'srt':
      return withCues(parseSrt(lines));
    case undefined:
      return [];
  }
}

function withCues(cues: Cue[]): ParsedSubtitles[] {
  return cues.length === 0 ? [] : [{ cues }];
}
