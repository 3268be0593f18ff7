import type { MovieLayout, PieceMap } from './movie-layout.ts';

/** Bytes [start, end) of the head, or of the file of a stored segment. */
export type Slice =
  | { kind: 'head'; start: number; end: number }
  | { kind: 'segment'; track: number; segment: number; start: number; end: number };

/** Where the bytes [start, end) of a laid-out movie are, in order. */
export function* sliceMovie({ head, sizeBytes, pieces }: MovieLayout, start: number, end: number): Generator<Slice> {
  const last = Math.min(end, sizeBytes);
  if (start < Math.min(head.length, last)) yield { kind: 'head', start, end: Math.min(head.length, last) };
  const [from, to] = [Math.max(0, start - head.length), last - head.length];
  if (from >= to) return;
  for (let index = findPiece(pieces, from); index < pieces.count; index++) {
    const pieceStart = pieces.starts[index] as number;
    if (pieceStart >= to) return;
    const offset = (pieces.offsets[index] as number) - pieceStart;
    const pieceEnd = Math.min(pieces.starts[index + 1] as number, to);
    if (pieceEnd <= from) continue;
    yield {
      kind: 'segment',
      track: pieces.tracks[index] as number,
      segment: pieces.segments[index] as number,
      start: offset + Math.max(pieceStart, from),
      end: offset + pieceEnd,
    };
  }
}

/** The last piece that begins at or before a place of the payload. */
function findPiece({ starts, count }: PieceMap, place: number): number {
  let low = 0;
  let high = count;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] as number) <= place) low = middle;
    else high = middle;
  }
  return low;
}
