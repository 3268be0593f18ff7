import type { Completeness } from '../settle.ts';
import { type ByteSource, fourCc } from './byte-source.ts';

/** The longest page: 27 bytes of header, 255 lacing values, 255 × 255 bytes (RFC 3533 6). */
const MAX_PAGE_BYTES = 27 + 255 + 255 * 255;
const END_OF_STREAM = 0x04;

/** Ogg: complete when its last page is whole, ends the file and carries the end-of-stream flag. */
export async function oggCompleteness(source: ByteSource): Promise<Completeness> {
  const from = Math.max(0, source.sizeBytes - MAX_PAGE_BYTES);
  const tail = await source.read(from, source.sizeBytes - from);
  // 'OggS' may also occur inside a page's data: the page that counts is the one that ends exactly where the file does.
  for (let at = tail.byteLength - 27; at >= 0; at -= 1) {
    if (fourCc(tail, at) === 'OggS' && at + pageBytes(tail, at) === tail.byteLength) {
      return (tail.getUint8(at + 5) & END_OF_STREAM) !== 0 ? 'complete' : 'unknown';
    }
  }
  return 'incomplete';
}

function pageBytes(bytes: DataView, at: number): number {
  const segments = bytes.getUint8(at + 26);
  if (at + 27 + segments > bytes.byteLength) return Number.POSITIVE_INFINITY;
  let length = 27 + segments;
  for (let i = 0; i < segments; i += 1) length += bytes.getUint8(at + 27 + i);
  return length;
}
