import iconv from 'iconv-lite';

export interface ChunkDecoder {
  /** What of the text is whole with these bytes: never half a character. */
  write(bytes: Uint8Array): string;
  /** What is left at the end; a character that was cut short is a replacement character. */
  end(): string;
}

/**
 * Decodes a text that comes in chunks, wherever these are divided, to what decoding it whole gives. `encoding` as iconv-lite names
 * it; a byte order mark is left out.
 */
export function createChunkDecoder(encoding: string): ChunkDecoder {
  const decoder = iconv.getDecoder(encoding);
  /** UTF-16 comes by its halves: a pair that is divided would be two replacement characters in UTF-8. */
  let half = '';
  const keepHalf = (text: string): string => {
    const whole = half + text;
    half = /[\ud800-\udbff]$/.test(whole) ? whole.slice(-1) : '';
    return half === '' ? whole : whole.slice(0, -1);
  };
  return {
    write: (bytes) => keepHalf(decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))),
    end: () => keepHalf(decoder.end() ?? '') + half,
  };
}

/** A stage of a stream: bytes in any encoding to text, chunk by chunk. */
export async function* decodeChunks(chunks: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<string> {
  const decoder = createChunkDecoder(encoding);
  for await (const chunk of chunks) {
    const text = decoder.write(chunk);
    if (text !== '') yield text;
  }
  const rest = decoder.end();
  if (rest !== '') yield rest;
}
