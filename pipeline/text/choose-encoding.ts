import iconv from 'iconv-lite';
import { type CharacterClass, HINTED_MODELS, LETTER_MODELS, type LetterModel } from './letter-models.ts';

/** How many characters each class has. */
const CLASS_SIZES: Readonly<Record<CharacterClass, number>> = {
  ...{ 'hangul-common': 2350, 'hangul-rare': 8822, 'kanji-common': 2965, 'kanji-rare': 3390 },
  ...{ katakana: 90, 'half-katakana': 63, han: 8000 },
};

/** Dashes, quotes and dots, which every language has. */
const PUNCTUATION = '“”‘’…–—«»„‚·°©、。！？「」『』（）～♪ー・“”\u00a0';
const PUNCTUATION_SHARE = 0.08;
/** A character that the language has no use for. */
const STRANGE = Math.log(2e-4);
/** One that no text has: what the encoding does not define, controls, private use. */
const IMPOSSIBLE = Math.log(1e-9);
/** Letters are rarely capital within a text, and next to never behind a small one. */
const CAPITAL = Math.log(0.04);
const CAPITAL_INSIDE = Math.log(0.002);
/** What a file's name says of its language is worth about two letters. */
const HINT = 10;

/**
 * The legacy encoding that makes the likeliest text of these bytes, as iconv-lite names it: each language's letters are
 * weighed by how frequent they are in it. `language` is a hint (BCP 47), as from `film.ko.srt`.
 */
export function chooseLegacyEncoding(bytes: Uint8Array, language?: string): string {
  const hinted = language?.split('-')[0]?.toLowerCase();
  const models = hinted === 'zh' ? [...LETTER_MODELS, ...HINTED_MODELS] : LETTER_MODELS;
  const texts = new Map<string, string>();
  let best = { encoding: 'windows-1252', score: Number.NEGATIVE_INFINITY };
  for (const model of models) {
    const text = texts.get(model.encoding) ?? iconv.decode(bytes, model.encoding);
    texts.set(model.encoding, text);
    const score = likelihood(text, model) + (hinted !== undefined && model.languages.includes(hinted) ? HINT : 0);
    if (score > best.score) best = { encoding: model.encoding, score };
  }
  return best.encoding;
}

/** The logarithm of how likely the text is in that language. ASCII says nothing, but for letters that another encoding makes two-byte characters of. */
function likelihood(text: string, model: LetterModel): number {
  const letters = lettersOf(model);
  let total = 0;
  let before = '';
  for (const character of text) {
    total += character < '\u0080' ? ASCII : characterLikelihood(character, before, model, letters);
    if (isMixed(before, character)) total += MIXED;
    before = character;
  }
  return total;
}

/** Of one character that is ASCII, about as in a text of a few dozen of them. */
const ASCII = Math.log(0.03);

/** Two alphabets within a word. Hangul, kana and kanji do stand beside Latin letters. */
const MIXED = Math.log(0.01);

function isMixed(one: string, other: string): boolean {
  return (LATIN.test(one) && OTHER_ALPHABETS.test(other)) || (OTHER_ALPHABETS.test(one) && LATIN.test(other));
}

const LATIN = /[a-z]/i;
const OTHER_ALPHABETS = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Hebrew}\p{Script=Arabic}]/u;

function characterLikelihood(character: string, before: string, model: LetterModel, letters: ReadonlyMap<string, number>): number {
  const known = letters.get(character);
  if (known !== undefined) return known;
  if (/[\p{Cc}\p{Co}\p{Cn}\ufffd]/u.test(character)) return IMPOSSIBLE;
  const small = character.toLowerCase();
  const asSmall = small === character ? undefined : letters.get(small);
  if (asSmall !== undefined) return asSmall + (/\p{Ll}/u.test(before) ? CAPITAL_INSIDE : CAPITAL);
  const kind = classOf(character);
  const share = model.classes?.find((candidate) => candidate.kind === kind)?.share;
  return share === undefined || kind === undefined ? STRANGE : Math.log(share / CLASS_SIZES[kind]);
}

const cache = new Map<LetterModel, ReadonlyMap<string, number>>();

function lettersOf(model: LetterModel): ReadonlyMap<string, number> {
  const cached = cache.get(model);
  if (cached) return cached;
  const logs = new Map<string, number>();
  for (const mark of PUNCTUATION) logs.set(mark, Math.log(PUNCTUATION_SHARE / PUNCTUATION.length));
  const ranked = [...new Set(model.letters)];
  const share = 1 - PUNCTUATION_SHARE - (model.classes ?? []).reduce((sum, { share }) => sum + share, 0);
  const total = ranked.reduce((sum, _, rank) => sum + 1 / (rank + 2), 0);
  for (const [rank, letter] of ranked.entries()) logs.set(letter, Math.log(share / (rank + 2) / total));
  cache.set(model, logs);
  return logs;
}

/** The characters of the older, smaller sets are those that are used: KS X 1001 of Hangul, level 1 of JIS X 0208 of kanji. */
let commonHangul: ReadonlySet<string> | undefined;
let commonKanji: ReadonlySet<string> | undefined;

function classOf(character: string): CharacterClass | undefined {
  if (character >= '가' && character <= '힣') {
    commonHangul ??= decodeRows('cp949', 0xb0, 0xc8, 0xa1, 0xfe);
    return commonHangul.has(character) ? 'hangul-common' : 'hangul-rare';
  }
  if (character >= '\u30a1' && character <= '\u30fa') return 'katakana';
  if (character >= '\uff61' && character <= '\uff9f') return 'half-katakana';
  if (!/\p{Script=Han}/u.test(character)) return undefined;
  commonKanji ??= decodeRows('shift_jis', 0x88, 0x97, 0x40, 0xfc);
  return commonKanji.has(character) ? 'kanji-common' : 'kanji-rare';
}

function decodeRows(encoding: string, firstLead: number, lastLead: number, firstTrail: number, lastTrail: number): ReadonlySet<string> {
  const bytes: number[] = [];
  for (let lead = firstLead; lead <= lastLead; lead++) for (let trail = firstTrail; trail <= lastTrail; trail++) bytes.push(lead, trail);
  return new Set(iconv.decode(Uint8Array.from(bytes), encoding));
}
