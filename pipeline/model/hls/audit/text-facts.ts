import { parseVtt } from '../../text/parse-vtt.ts';
import { TIMESTAMP_MAP } from '../../text/render-vtt.ts';

/** A WebVTT segment reduced to what the rules look at. */
export interface TextFacts {
  sizeBytes: number;
  /** It begins as WebVTT does. */
  isVtt: boolean;
  /** X-TIMESTAMP-MAP as it stands in the header; absent where it does not. */
  timestampMap?: string;
  cueCount: number;
  /** Of the cue that is over first. */
  firstEndMs?: number;
  /** Of the cue that comes last. */
  lastStartMs?: number;
}

/** What maps local times to media that begins at 0. */
export const EXPECTED_TIMESTAMP_MAP = TIMESTAMP_MAP;

export function readTextFacts(text: string, sizeBytes: number): TextFacts {
  const lines = text.replace(/\r\n?/g, '\n');
  const header = lines.split('\n\n', 1)[0] ?? '';
  const timestampMap = header.split('\n').find((line) => line.startsWith('X-TIMESTAMP-MAP'));
  const cues = parseVtt(lines);
  return {
    sizeBytes,
    isVtt: /^WEBVTT(?:[ \t\n]|$)/.test(lines),
    ...(timestampMap === undefined ? {} : { timestampMap }),
    cueCount: cues.length,
    ...(cues.length === 0
      ? {}
      : {
          firstEndMs: cues.reduce((first, { endMs }) => Math.min(first, endMs), Number.POSITIVE_INFINITY),
          lastStartMs: cues.reduce((last, { startMs }) => Math.max(last, startMs), 0),
        }),
  };
}
