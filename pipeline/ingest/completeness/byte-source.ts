/** Random access to a file of which nothing is believed: offsets come from its own headers and may point anywhere. */
export interface ByteSource {
  sizeBytes: number;
  /** Up to `length` bytes from `offset`; fewer at the end of the file, none beyond it. */
  read(offset: number, length: number): Promise<DataView>;
}

/** The last bytes of this many are looked at for the zeros of space that was reserved and never written to. */
const TAIL_BYTES = 4_096;

/**
 * Whether the stretch that ends at `end` ends in a page of zeros: what a copy into reserved space has where it has not
 * arrived. (Silence in PCM looks the same, so the answer is a doubt, not a verdict.)
 */
export async function endsInZeros(source: ByteSource, start: number, end: number): Promise<boolean> {
  const from = Math.max(start, end - TAIL_BYTES);
  const tail = await source.read(from, end - from);
  if (tail.byteLength === 0) return false;
  for (let i = 0; i < tail.byteLength; i += 1) if (tail.getUint8(i) !== 0) return false;
  return true;
}

export function fourCc(bytes: DataView, offset: number): string {
  let text = '';
  for (let i = 0; i < 4; i += 1) text += String.fromCharCode(bytes.getUint8(offset + i));
  return text;
}
