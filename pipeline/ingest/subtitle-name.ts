import { parseLanguage } from '../ffmpeg/parse-probe.ts';

/** What the name of a subtitle file says: `film.ko.forced.srt`. */
export interface SubtitleName {
  /** The name of the film's file without its extension, NFC, lower case. */
  stem: string;
  /** BCP 47. */
  language?: string;
  isForced: boolean;
  isHearingImpaired: boolean;
  isDefault: boolean;
}

const SUBTITLE_EXTENSION = /\.(?:srt|vtt|ass|ssa|smi|sami)$/i;

export function isSubtitleName(name: string): boolean {
  return SUBTITLE_EXTENSION.test(name);
}

/** What a film's file is found by: its name without its extension. */
export function filmStem(name: string): string {
  return name
    .normalize('NFC')
    .replace(/\.[A-Za-z0-9]{1,8}$/, '')
    .toLowerCase();
}

/**
 * Every way to read the name of a subtitle file, the one with the longest stem first: `film.ko.srt` belongs to `film.ko.mkv`
 * where there is one, and else to `film.mkv`.
 */
export function readSubtitleName(name: string): SubtitleName[] {
  const parts = name.normalize('NFC').replace(SUBTITLE_EXTENSION, '').toLowerCase().split('.');
  let reading: SubtitleName = { stem: parts.join('.'), isForced: false, isHearingImpaired: false, isDefault: false };
  const readings = [reading];
  while (parts.length > 1) {
    const tagged = readTag(parts.pop() as string, reading);
    if (!tagged) break;
    reading = { ...tagged, stem: parts.join('.') };
    readings.push(reading);
  }
  return readings;
}

const FLAGS: Readonly<Record<string, Partial<SubtitleName>>> = {
  ...{ forced: { isForced: true }, foreign: { isForced: true }, default: { isDefault: true } },
  ...{ sdh: { isHearingImpaired: true }, cc: { isHearingImpaired: true } },
};

function readTag(tag: string, reading: SubtitleName): SubtitleName | undefined {
  const flag = FLAGS[tag];
  if (flag) return { ...reading, ...flag };
  // "Hearing impaired" behind the language: film.en.hi.srt. By itself it is Hindi, and the language comes before it.
  if (reading.language === 'hi') {
    const language = languageOf(tag);
    return language === undefined ? undefined : { ...reading, isHearingImpaired: true, language };
  }
  const language = reading.language === undefined ? languageOf(tag) : undefined;
  return language === undefined ? undefined : { ...reading, language };
}

const KNOWN_LANGUAGES = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });

/** English names, as some download sites put them. */
const NAMED_LANGUAGES: ReadonlyMap<string, string> = new Map(
  'ar bg ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nb nl no pl pt ro ru sk sl sr sv th tr uk vi zh'
    .split(' ')
    .map((code) => [KNOWN_LANGUAGES.of(code)?.toLowerCase() ?? code, code]),
);

function languageOf(tag: string): string | undefined {
  const language = parseLanguage(NAMED_LANGUAGES.get(tag) ?? tag);
  return language !== undefined && KNOWN_LANGUAGES.of(language) !== undefined ? language : undefined;
}
