import { createHash } from 'node:crypto';
import { shiftCues } from '../model/text/cue.ts';
import { type ParsedSubtitles, parseSubtitles } from '../model/text/parse-subtitles.ts';
import { renderVtt } from '../model/text/render-vtt.ts';
import { decodeText } from './decode-text.ts';
import { guessLanguage } from './guess-language.ts';

/** A subtitle text to be read, as plain data: threads pass it to each other. */
export interface SubtitleJob {
  bytes: Uint8Array;
  /** What is known of its language; BCP 47. */
  language?: string | undefined;
  /** What is added to its times. */
  shiftMs: number;
  /** A file, with its name; or a stream of a container, with its codec. */
  from: { fileName: string } | { codec: string };
}

export interface ReadSubtitles {
  /** As iconv-lite names it. */
  encoding: string;
  /** One for each language; none where nothing could be read. */
  tracks: ReadTrack[];
}

export interface ReadTrack {
  /** Known, stated or guessed; BCP 47. */
  language?: string;
  /** Of all that the track says and where it says it from. */
  digest: string;
  vtt: Uint8Array<ArrayBuffer>;
}

/** Text in any encoding and format → WebVTT. Of a stream all that it holds is one track. */
export function readSubtitles({ bytes, language, shiftMs, from }: SubtitleJob): ReadSubtitles {
  const { text, encoding } = decodeText(bytes, language);
  if ('fileName' in from) {
    const parsed = parseSubtitles(text).map((one) => ({ ...one, cues: shiftCues(one.cues, shiftMs) }));
    return { encoding, tracks: parsed.map((one) => describeTrack(one, from.fileName, language)) };
  }
  const isAss = from.codec === 'ass' || from.codec === 'ssa';
  const parsed = parseSubtitles(isAss ? withoutEventFormat(text) : text);
  const cues = shiftCues(
    parsed.flatMap((one) => one.cues),
    shiftMs,
  );
  return { encoding, tracks: cues.length === 0 ? [] : [describeTrack({ cues }, '', language)] };
}

function describeTrack({ language: stated, cues }: ParsedSubtitles, fileName: string, known: string | undefined): ReadTrack {
  const language = stated ?? known ?? guessLanguage(cues.map(({ text }) => text).join('\n'));
  const digest = createHash('sha256')
    .update(JSON.stringify([fileName, stated, cues]))
    .digest('hex');
  return { digest, vtt: new TextEncoder().encode(renderVtt(cues)), ...(language === undefined ? {} : { language }) };
}

/** Containers hold events in one order of columns, whatever the header that came with them says of it. */
function withoutEventFormat(ass: string): string {
  return ass.replace(/^(\[events\]\s*\n)format:.*$/im, '$1');
}
