import { chooseLegacyEncoding } from './choose-encoding.ts';

/** More says no more about an encoding. */
const SAMPLE_BYTES = 32 * 1024;
/** Of the sequences of a text that is UTF-8 but for damage, this share may be wrong. */
const DAMAGED_SHARE = 0.02;

export interface EncodingDetector {
  /** The text's bytes, in their order, divided anyhow. */
  push(bytes: Uint8Array): void;
  /** As iconv-lite names it. */
  encoding(): string;
}

/**
 * In which encoding a text file is: UTF-8, UTF-16, or what files had before (EUC-KR and CP949, Shift_JIS, Windows-1250 to -1258).
 * Looks at all of the text and keeps a sample of it. `language` is a hint (BCP 47) for what the bytes alone do not tell.
 */
export function createEncodingDetector(language?: string): EncodingDetector {
  const head = createSample();
  const utf8 = createUtf8Judge();
  const lines = createLineSample();
  return {
    push(bytes) {
      head.add(bytes);
      utf8.push(bytes);
      lines.push(bytes);
    },
    encoding: () =>
      markedEncoding(head.bytes()) ?? unmarkedUtf16(head.bytes()) ?? utf8.end() ?? chooseLegacyEncoding(lines.end(), language),
  };
}

function markedEncoding(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

/** Digits, spaces and line ends of UTF-16 have a zero in one of their two bytes; no other text has any. */
function unmarkedUtf16(sample: Uint8Array): string | undefined {
  const zeros = [0, 0];
  for (const [index, byte] of sample.entries()) if (byte === 0) zeros[index % 2]! += 1;
  const [even = 0, odd = 0] = zeros;
  if (Math.max(even, odd) <= sample.length * 0.05 || Math.min(even, odd) > Math.max(even, odd) * 0.1) return undefined;
  return odd > even ? 'utf-16le' : 'utf-16be';
}

/** Of the whole file: one that is ASCII for pages may turn out to be another encoding. */
function createUtf8Judge(): { push(bytes: Uint8Array): void; end(): 'utf-8' | undefined } {
  const decoder = new TextDecoder('utf-8');
  let wrong = 0;
  let right = 0;
  const count = (text: string): void => {
    for (const character of text) {
      if (character === '\ufffd') wrong += 1;
      else if (character > '\u007f') right += 1;
    }
  };
  return {
    push: (bytes) => count(decoder.decode(bytes, { stream: true })),
    end() {
      count(decoder.decode());
      return wrong <= right * DAMAGED_SHARE ? 'utf-8' : undefined;
    },
  };
}

/** The lines that say something: those with bytes beyond ASCII. */
function createLineSample(): { push(bytes: Uint8Array): void; end(): Uint8Array } {
  const sample = createSample();
  let line = createSample();
  const endLine = (): void => {
    if (line.bytes().some((byte) => byte >= 0x80)) sample.add(line.bytes());
    line = createSample();
  };
  return {
    push(bytes) {
      for (let start = 0; start < bytes.length && !sample.isFull(); ) {
        const lineEnd = bytes.indexOf(0x0a, start);
        const end = lineEnd === -1 ? bytes.length : lineEnd + 1;
        line.add(bytes.subarray(start, end));
        if (lineEnd !== -1) endLine();
        start = end;
      }
    },
    end() {
      endLine();
      return sample.bytes();
    },
  };
}

/** The first bytes of what is added. */
function createSample(): { add(bytes: Uint8Array): void; bytes(): Uint8Array; isFull(): boolean } {
  const chunks: Uint8Array[] = [];
  let length = 0;
  return {
    add(bytes) {
      const kept = bytes.slice(0, SAMPLE_BYTES - length);
      if (kept.length > 0) chunks.push(kept);
      length += kept.length;
    },
    bytes: () => Uint8Array.from(Buffer.concat(chunks)),
    isFull: () => length >= SAMPLE_BYTES,
  };
}
