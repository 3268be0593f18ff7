import iconv from 'iconv-lite';
import { chooseLegacyEncoding } from './choose-encoding.ts';

export interface DecodedText {
  /** Without a byte order mark. */
  text: string;
  /** As iconv-lite names it. */
  encoding: string;
}

/** More says no more about an encoding. */
const SAMPLE_BYTES = 32 * 1024;
/** Of the sequences of a text that is UTF-8 but for damage, this share may be wrong. */
const DAMAGED_SHARE = 0.02;

/**
 * A text file's bytes as text, in whichever encoding it is: UTF-8, UTF-16, or what files had before (EUC-KR and CP949, Shift_JIS,
 * Windows-1250 to -1258). `language` is a hint (BCP 47) for what the bytes alone do not tell.
 */
export function decodeText(bytes: Uint8Array, language?: string): DecodedText {
  const encoding = unicodeEncoding(bytes) ?? chooseLegacyEncoding(sampleOf(bytes), language);
  // Not TextDecoder: Node's knows no CP949 beyond EUC-KR, and takes Windows-1252 for Latin-1 (nodejs/node#56542).
  return { text: iconv.decode(bytes, encoding), encoding };
}

function unicodeEncoding(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return unmarkedUtf16(bytes) ?? (isUtf8(bytes) ? 'utf-8' : undefined);
}

/** Digits, spaces and line ends of UTF-16 have a zero in one of their two bytes; no other text has any. */
function unmarkedUtf16(bytes: Uint8Array): string | undefined {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  const zeros = [0, 0];
  for (const [index, byte] of sample.entries()) if (byte === 0) zeros[index % 2]! += 1;
  const [even = 0, odd = 0] = zeros;
  if (Math.max(even, odd) <= sample.length * 0.05 || Math.min(even, odd) > Math.max(even, odd) * 0.1) return undefined;
  return odd > even ? 'utf-16le' : 'utf-16be';
}

function isUtf8(bytes: Uint8Array): boolean {
  // Of the whole file: one that is ASCII for pages may turn out to be another encoding.
  const text = new TextDecoder('utf-8').decode(bytes);
  let wrong = 0;
  let right = 0;
  for (const character of text) {
    if (character === '\ufffd') wrong += 1;
    else if (character > '\u007f') right += 1;
  }
  return wrong <= right * DAMAGED_SHARE;
}

/** The lines that say something: those with bytes beyond ASCII. */
function sampleOf(bytes: Uint8Array): Uint8Array {
  const sample: number[] = [];
  let lineStart = 0;
  for (let index = 0; index <= bytes.length && sample.length < SAMPLE_BYTES; index++) {
    if (index < bytes.length && bytes[index] !== 0x0a) continue;
    const line = bytes.subarray(lineStart, Math.min(index + 1, lineStart + SAMPLE_BYTES));
    if (line.some((byte) => byte >= 0x80)) sample.push(...line);
    lineStart = index + 1;
  }
  return Uint8Array.from(sample);
}
