/** Longer names are of no use to any file system. */
const LONGEST_NAME = 180;

/**
 * Content-Disposition with a file's name (RFC 6266): plain for all, and in UTF-8 (RFC 8187) where the plain one is not all of it. Only
 * the last part of a path is a name, and nothing that cannot be seen is part of one.
 */
export function renderDisposition(kind: 'inline' | 'attachment', name: string): string {
  const safe = safeFileName(name);
  const plain = safe.replace(/[^\x20-\x7e]/g, '_').replace(/["\\%]/g, '_');
  const extended = plain === safe ? '' : `; filename*=UTF-8''${encodeExtended(safe)}`;
  return `${kind}; filename="${plain}"${extended}`;
}

/** What a browser may call a file; `download` where nothing is left. */
export function safeFileName(name: string): string {
  const last = name.normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  // Control characters, what changes the direction of text, halves of characters.
  const visible = last.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '').trim();
  return [...visible.replace(/^\.+/, '')].slice(0, LONGEST_NAME).join('').trim() || 'download';
}

/** RFC 8187 3.2.1: what encodeURIComponent leaves and attr-char does not have. */
function encodeExtended(text: string): string {
  return encodeURIComponent(text).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
