import iconv from 'iconv-lite';
import { createEncodingDetector } from './detect-encoding.ts';

export interface DecodedText {
  /** Without a byte order mark. */
  text: string;
  /** As iconv-lite names it. */
  encoding: string;
}

/**
 * A text file's bytes as text, in whichever encoding it is: UTF-8, UTF-16, or what files had before (EUC-KR and CP949, Shift_JIS,
 * Windows-1250 to -1258). `language` is a hint (BCP 47) for what the bytes alone do not tell.
 */
export function decodeText(bytes: Uint8Array, language?: string): DecodedText {
  const detector = createEncodingDetector(language);
  detector.push(bytes);
  const encoding = detector.encoding();
  // Not TextDecoder: Node's knows no CP949 beyond EUC-KR, and takes Windows-1252 for Latin-1 (nodejs/node#56542).
  return { text: iconv.decode(bytes, encoding), encoding };
}
