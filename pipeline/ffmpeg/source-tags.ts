import type { ProbeDocument } from './probe-document.ts';

const MOST_TAGS = 64;
const LONGEST_KEY = 64;
/** In characters: lyrics and comments are nobody's title. */
const LONGEST_VALUE = 500;

/**
 * What a container says of itself: keys in lower case, values without control characters, no more of them and none longer
 * than a library needs. Ogg has its comments with the stream.
 */
export function readSourceTags({ format, streams }: ProbeDocument): Record<string, string> {
  const isOgg = format?.format_name === 'ogg';
  const comments = isOgg ? streams.find(({ codec_type }) => codec_type === 'audio')?.tags : undefined;
  const entries = Object.entries({ ...comments, ...format?.tags }).flatMap(([key, value]): [string, string][] => {
    const text = [...printable(String(value))].slice(0, LONGEST_VALUE).join('');
    return key.length <= LONGEST_KEY && printable(key) === key && text !== '' ? [[key.toLowerCase(), text]] : [];
  });
  return Object.fromEntries(repairMisreadTags(entries.slice(0, MOST_TAGS)));
}

function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

/**
 * ID3v1, and ID3v2 that says Latin-1, hold EUC-KR in many Korean libraries, which reads as `³ª¸¦`. Put right only where it is certain:
 * every character above ASCII of all tags together is then part of a syllable, and enough of these are everyday ones. (Chinese,
 * read so, gives syllables that no Korean uses.)
 */
export function repairMisreadTags(entries: readonly [string, string][]): [string, string][] {
  const repaired = entries.map(([key, value]): [string, string] => [key, readAsKorean(value) ?? '']);
  const misread = entries.filter(([, value]) => NON_ASCII.test(value));
  const syllables = [...repaired.map(([, value]) => value).join('')].filter((character) => HANGUL.test(character));
  const everyday = syllables.filter((syllable) => EVERYDAY_SYLLABLES.includes(syllable));
  const isCertain =
    misread.every(([, value]) => readAsKorean(value) !== undefined) &&
    syllables.length >= FEWEST_SYLLABLES &&
    everyday.length >= syllables.length * EVERYDAY_SHARE;
  return isCertain ? repaired : [...entries];
}

const NON_ASCII = /[^\p{ASCII}]/u;
const HANGUL = /\p{Script=Hangul}/u;
const FEWEST_SYLLABLES = 2;
const EVERYDAY_SHARE = 0.3;
/** The most frequent syllables of Korean titles and names. */
const EVERYDAY_SYLLABLES =
  '이다의는가에지고사하을나리를은기도어아대로서한인시자해수그정라니일들만게보면스부전구여너사랑내안주소마우오노래김박최조강장윤임신황송유홍문양배성영현민미진희선경동상중원세제무비바날눈꿈길밤별하늘아침봄여름가을겨울';

/** Undefined where it cannot be Latin-1 that was EUC-KR: ASCII itself is both. Spaces and digits in between stay. */
function readAsKorean(text: string): string | undefined {
  if (!NON_ASCII.test(text)) return text;
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  if (codes.some((code) => code > 0xff)) return undefined;
  let decoded: string;
  try {
    decoded = new TextDecoder('euc-kr', { fatal: true }).decode(Uint8Array.from(codes));
  } catch {
    return undefined; // Bytes that are no EUC-KR: the text is what it says it is.
  }
  return [...decoded].every((character) => !NON_ASCII.test(character) || HANGUL.test(character)) ? decoded : undefined;
}
