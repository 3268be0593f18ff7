import { MOST_CUE_CHARACTERS } from './cue.ts';
import { addRun, type StyledRun } from './styled-text.ts';

/** A tag, a WebVTT time, a comment, a character reference, or text. `<` that begins nothing is text. */
const TOKEN =
  /<!--[\s\S]*?(?:-->|$)|<[\d:.]+>|<(\/?)([a-z][a-z0-9]*)((?:[\s./:][^<>]*)?)>|&(#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});?|[^<&]+|[<&]/gi;

const STYLE_OF_TAG: Readonly<Record<string, keyof Omit<StyledRun, 'text'>>> = {
  ...{ b: 'bold', strong: 'bold' },
  ...{ i: 'italic', em: 'italic' },
  u: 'underline',
};

/** What these hold is not for reading. */
const UNREAD_TAGS = new Set(['script', 'style', 'title', 'rp']);

/** What stands where a tag begins or ends. Readings beside their characters (ruby) are put in brackets, as plain text has them. */
const TEXT_OF_TAG: Readonly<Record<string, readonly [opening: string, closing: string]>> = {
  ...{ br: ['\n', '\n'], p: ['\n', ''], div: ['\n', ''] },
  rt: ['(', ')'],
};

const REFERENCES: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', lrm: '\u200e', rlm: '\u200f' },
  ...{ hellip: '…', ndash: '–', mdash: '—', lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”', middot: '·' },
};

/**
 * The markup that SRT, WebVTT and SAMI share, read as leniently as players do: tags that are not known fall away, those that are
 * not closed end with the text, and nothing of it has any effect but bold, italic and underline.
 */
export function parseMarkup(markup: string): StyledRun[] {
  const runs: StyledRun[] = [];
  const depth = { bold: 0, italic: 0, underline: 0 };
  let unread: string | undefined;
  const add = (text: string): void => {
    if (unread !== undefined || text === '') return;
    addRun(runs, { text, bold: depth.bold > 0, italic: depth.italic > 0, underline: depth.underline > 0 });
  };
  for (const [token, slash, name, attributes, reference] of markup.slice(0, MOST_CUE_CHARACTERS).matchAll(TOKEN)) {
    const tag = name?.toLowerCase();
    if (tag === undefined) {
      if (reference !== undefined) add(resolveReference(reference) ?? token);
      else if (!isSilent(token)) add(token);
      continue;
    }
    const isClosing = slash === '/';
    if (UNREAD_TAGS.has(tag)) unread = isClosing || attributes?.endsWith('/') ? undefined : (unread ?? tag);
    const style = STYLE_OF_TAG[tag];
    if (style) depth[style] = Math.max(0, depth[style] + (isClosing ? -1 : 1));
    add(TEXT_OF_TAG[tag]?.[isClosing ? 1 : 0] ?? '');
  }
  return runs;
}

function isSilent(token: string): boolean {
  return token.length > 1 && token.startsWith('<');
}

function resolveReference(reference: string): string | undefined {
  if (!reference.startsWith('#')) return REFERENCES[reference.toLowerCase()];
  const code = /^#x/i.test(reference) ? Number.parseInt(reference.slice(2), 16) : Number(reference.slice(1));
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
