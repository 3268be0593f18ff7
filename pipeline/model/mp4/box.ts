/**
 * ISO base media boxes (ISO/IEC 14496-12 4.2): a reader that never looks outside the bytes it was given, and a writer.
 */

/** Thrown by the box readers: says what is wrong and at which byte. */
export class BoxError extends Error {
  override readonly name = 'BoxError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message} (at byte ${offset})`);
    this.offset = offset;
  }
}

/** One box within the bytes it was read from. Offsets are into those bytes. */
export interface Box {
  type: string;
  start: number;
  bodyStart: number;
  end: number;
}

const HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;

/**
 * Reads the header of the box at `offset`. Undefined when fewer bytes than a header are there.
 * `end` may lie past the bytes: the caller decides whether that is an error or means "wait for more".
 */
export function readBoxHeader(bytes: Uint8Array, offset: number, limit: number = bytes.length): Box | undefined {
  if (limit - offset < HEADER_BYTES) return undefined;
  const view = viewOf(bytes);
  let size = view.getUint32(offset);
  const type = fourcc(bytes, offset + 4);
  let bodyStart = offset + HEADER_BYTES;
  if (size === 1) {
    if (limit - offset < LARGE_HEADER_BYTES) return undefined;
    size = Number(view.getBigUint64(offset + HEADER_BYTES));
    bodyStart = offset + LARGE_HEADER_BYTES;
  } else if (size === 0) {
    size = limit - offset;
  }
  if (size < bodyStart - offset || !Number.isSafeInteger(size)) throw new BoxError(`Box '${type}' states a size of ${size}`, offset);
  return { type, start: offset, bodyStart, end: offset + size };
}

/** The boxes of [start, end), in order. Throws BoxError when one is cut off or reaches past the end. */
export function readBoxes(bytes: Uint8Array, start = 0, end: number = bytes.length): Box[] {
  const boxes: Box[] = [];
  for (let offset = start; offset < end; ) {
    const box = readBoxHeader(bytes, offset, end);
    if (!box) throw new BoxError('A box header is cut off', offset);
    if (box.end > end) throw new BoxError(`Box '${box.type}' reaches past its parent`, offset);
    boxes.push(box);
    offset = box.end;
  }
  return boxes;
}

/** The first box along a path of plain containers, e.g. `['moov', 'trak', 'mdia']`. */
export function findBox(bytes: Uint8Array, path: readonly string[], start = 0, end: number = bytes.length): Box | undefined {
  const [type, ...rest] = path;
  const box = readBoxes(bytes, start, end).find((candidate) => candidate.type === type);
  if (!box || rest.length === 0) return box;
  return findBox(bytes, rest, box.bodyStart, box.end);
}

/** As findBox, but its absence is an error. */
export function requireBox(bytes: Uint8Array, path: readonly string[], start = 0, end: number = bytes.length): Box {
  const box = findBox(bytes, path, start, end);
  if (!box) throw new BoxError(`There is no '${path.join('/')}' box`, start);
  return box;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A big-endian integer at `offset`. Throws BoxError when it does not end by `end`, its box's or all bytes'. */
export function readUint16(bytes: Uint8Array, offset: number, end: number = bytes.length): number {
  return integerView(bytes, offset, 2, end).getUint16(offset);
}

/** As readUint16. */
export function readUint32(bytes: Uint8Array, offset: number, end: number = bytes.length): number {
  return integerView(bytes, offset, 4, end).getUint32(offset);
}

/** As readUint16, in two's complement. */
export function readInt32(bytes: Uint8Array, offset: number, end: number = bytes.length): number {
  return integerView(bytes, offset, 4, end).getInt32(offset);
}

/** As readUint16, in two's complement; also throws for what a number cannot hold exactly. */
export function readInt64(bytes: Uint8Array, offset: number, end: number = bytes.length): number {
  const value = Number(integerView(bytes, offset, 8, end).getBigInt64(offset));
  if (!Number.isSafeInteger(value)) throw new BoxError('A 64-bit integer is beyond all reason', offset);
  return value;
}

function integerView(bytes: Uint8Array, offset: number, size: number, end: number): DataView {
  if (offset + size > end) throw new BoxError('An integer is cut off', offset);
  return viewOf(bytes);
}

export function fourcc(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(bytes[offset] ?? 0, bytes[offset + 1] ?? 0, bytes[offset + 2] ?? 0, bytes[offset + 3] ?? 0);
}

/** What a box is written from: bytes, or nested pieces. */
export type Piece = Uint8Array | readonly Piece[];

/** A box of the given type. */
export function box(type: string, ...body: Piece[]): Uint8Array {
  const pieces = flatten(body);
  const size = HEADER_BYTES + pieces.reduce((sum, piece) => sum + piece.length, 0);
  const bytes = new Uint8Array(size);
  viewOf(bytes).setUint32(0, size);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  let offset = HEADER_BYTES;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}

/** A full box: version and 24 bits of flags before the body. */
export function fullBox(type: string, version: number, flags: number, ...body: Piece[]): Uint8Array {
  return box(type, uint32((version << 24) | flags), ...body);
}

export function uint8(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

export function uint16(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 2);
  const view = viewOf(bytes);
  values.forEach((value, i) => void view.setUint16(i * 2, value));
  return bytes;
}

export function uint32(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = viewOf(bytes);
  values.forEach((value, i) => void view.setUint32(i * 4, value >>> 0));
  return bytes;
}

export function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setBigUint64(0, BigInt(value));
  return bytes;
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function concatBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}

function flatten(pieces: readonly Piece[]): Uint8Array[] {
  return pieces.flatMap((piece) => (piece instanceof Uint8Array ? [piece] : flatten(piece)));
}
