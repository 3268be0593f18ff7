import type { Choice } from './choice-menu.ts';

/** Of a TextTrack, what the menu shows. */
export interface TrackFacts {
  label: string;
  /** BCP 47, `und` or empty. */
  language: string;
}

/** The language in the viewer's own words, and beside it what the track is called where that is something else. Pure. */
export function describeTextTrack({ label, language }: TrackFacts, locales: readonly string[]): Omit<Choice, 'value'> {
  const name = nameLanguage(language, locales);
  const own = nameLanguage(language, [language]);
  if (name === undefined) return { text: label };
  if (label === '' || label === own || label === name) return { text: name };
  // "한국어 (SDH)" says the language once more: what is left is what sets it apart.
  const rest = own !== undefined && label.startsWith(`${own} `) ? label.slice(own.length + 1) : label;
  return { text: name, note: rest };
}

function nameLanguage(language: string, locales: readonly string[]): string | undefined {
  if (language === '' || language === 'und') return undefined;
  try {
    return new Intl.DisplayNames([...locales, 'en'], { type: 'language' }).of(language);
  } catch {
    // Not a language tag: the track's own name stands for itself.
    return undefined;
  }
}
