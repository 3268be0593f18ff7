/** A stored name leaves room for what is put behind it (`.error.json`, ` (2)`) in the 255 bytes that file systems allow. */
const MAX_STORED_BYTES = 200;

/** The extension with its dot, lower case not forced; empty where the name has none worth keeping. */
const EXTENSION = /(?<=.)\.[A-Za-z0-9]{1,8}$/u;

/**
 * A name for a stored file that every file system takes: NFC, no separators, control characters or half surrogates, at most 200 bytes of
 * UTF-8 with the extension kept. Otherwise as it was: people look for their files by name.
 */
export function storableName(name: string): string {
  const clean = name.normalize('NFC').replace(/[\p{Cc}\p{Cs}/\\]/gu, '_');
  const usable = clean === '' || clean === '.' || clean === '..' ? 'unnamed' : clean;
  const extension = EXTENSION.exec(usable)?.[0] ?? '';
  const stem = usable.slice(0, usable.length - extension.length);
  return fitBytes(stem, MAX_STORED_BYTES - extension.length) + extension;
}

/** As `storableName`, and neither hidden (`.x`) nor mistaken for an option (`-x`) by the tools people use in originals/. */
export function storableVisibleName(name: string): string {
  return storableName(/^[-.]/.test(name) ? `_${name}` : name);
}

/** What a title is called: the file's name without its extension, NFC. */
export function titleName(name: string): string {
  return name.normalize('NFC').replace(EXTENSION, '').trim() || name;
}

/** `film.mp4` → `film (2).mp4` */
export function numberedName(name: string, number: number): string {
  const extension = EXTENSION.exec(name)?.[0] ?? '';
  return `${name.slice(0, name.length - extension.length)} (${number})${extension}`;
}

/** Whole graphemes while they fit, so that no Hangul syllable or emoji is cut in two. */
function fitBytes(text: string, maxBytes: number): string {
  const encoder = new TextEncoder();
  if (encoder.encode(text).length <= maxBytes) return text;
  let fitted = '';
  let bytes = 0;
  for (const { segment } of new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(text)) {
    bytes += encoder.encode(segment).length;
    if (bytes > maxBytes) break;
    fitted += segment;
  }
  return fitted;
}
