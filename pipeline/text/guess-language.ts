/** Scripts that one language is written in. */
const SCRIPTS: readonly [language: string, letters: RegExp][] = [
  ['ko', /\p{Script=Hangul}/gu],
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['el', /\p{Script=Greek}/gu],
  ['he', /\p{Script=Hebrew}/gu],
  ['th', /\p{Script=Thai}/gu],
  ['ka', /\p{Script=Georgian}/gu],
  ['hy', /\p{Script=Armenian}/gu],
];

/** Japanese has kanji between its kana, and every language its Latin names. */
const LEAST_SHARE = 0.3;

/** The language of a text, where its letters alone tell it; BCP 47. */
export function guessLanguage(text: string): string | undefined {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return SCRIPTS.find(([, own]) => letters > 0 && (text.match(own)?.length ?? 0) >= letters * LEAST_SHARE)?.[0];
}
