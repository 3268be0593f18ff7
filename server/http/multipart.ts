import { type ByteRange, renderContentRange } from './range.ts';

/** Several ranges of one body as `multipart/byteranges` (RFC 9110 14.6). */
export interface Multipart {
  contentType: string;
  sizeBytes: number;
  /** What goes before each range, in their order, and behind the last one. */
  heads: Uint8Array[];
  tail: Uint8Array;
}

/** `boundary`: what occurs nowhere in the body. */
export function planMultipart(ranges: readonly ByteRange[], sizeBytes: number, contentType: string, boundary: string): Multipart {
  const heads = ranges.map((range, index) => {
    const lines = [`--${boundary}`, `Content-Type: ${contentType}`, `Content-Range: ${renderContentRange(range, sizeBytes)}`, '', ''];
    return Buffer.from(`${index === 0 ? '' : '\r\n'}${lines.join('\r\n')}`);
  });
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const parts = ranges.reduce((sum, { start, end }, index) => sum + (heads[index] as Buffer).length + end - start + 1, 0);
  return { contentType: `multipart/byteranges; boundary=${boundary}`, sizeBytes: parts + tail.length, heads, tail };
}
