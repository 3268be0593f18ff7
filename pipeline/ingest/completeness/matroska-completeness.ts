import type { Completeness } from '../settle.ts';
import { type ByteSource, endsInZeros } from './byte-source.ts';

/** RFC 8794 (EBML) 5, RFC 9559 (Matroska) 5. */
const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const SEEK_HEAD = 0x114d9b74;
const SEEK = 0x4dbb;
const SEEK_ID = 0x53ab;
const SEEK_POSITION = 0x53ac;
const CUES = 0x1c53bb6b;
const CLUSTER = 0x1f43b675;

/** How much of the segment's start is searched for its SeekHead. */
const HEAD_BYTES = 16_384;

/** `end` is undefined when the size is unknown: all ones, as live and unfinished files have it. */
interface ElementExtent {
  id: number;
  payloadStart: number;
  end: number | undefined;
}

/**
 * Matroska and WebM: complete when the segment states its size and the file reaches it; or, where the size was never
 * filled in, when the Cues that the SeekHead points at are there to their last byte.
 */
export async function matroskaCompleteness(source: ByteSource): Promise<Completeness> {
  const head = await source.read(0, HEAD_BYTES);
  const header = readElement(head, 0, 0);
  if (header?.id !== EBML || header.end === undefined) return 'incomplete';
  const segment = await readElementAt(source, header.end);
  if (segment === undefined) return 'incomplete';
  if (segment.id !== SEGMENT) return 'unknown';
  if (segment.end === undefined) return (await hasCues(source, segment.payloadStart)) ? 'complete' : 'unknown';
  if (segment.end > source.sizeBytes) return 'incomplete';
  return (await endsInZeros(source, segment.payloadStart, segment.end)) ? 'unknown' : 'complete';
}

async function hasCues(source: ByteSource, segmentStart: number): Promise<boolean> {
  const position = findCuesPosition(await source.read(segmentStart, HEAD_BYTES));
  if (position === undefined) return false;
  const cues = await readElementAt(source, segmentStart + position);
  return (
    cues?.id === CUES && cues.end !== undefined && cues.end <= source.sizeBytes && !(await endsInZeros(source, cues.payloadStart, cues.end))
  );
}

/** Where the SeekHead says the Cues are, counted from the start of the segment's contents. */
function findCuesPosition(segmentHead: DataView): number | undefined {
  for (const element of children(segmentHead, 0, segmentHead.byteLength)) {
    if (element.id === CLUSTER) return undefined;
    if (element.id !== SEEK_HEAD || element.end === undefined) continue;
    for (const seek of children(segmentHead, element.payloadStart, element.end)) {
      if (seek.id !== SEEK || seek.end === undefined) continue;
      const fields = children(segmentHead, seek.payloadStart, seek.end);
      const id = fields.find((field) => field.id === SEEK_ID);
      const position = fields.find((field) => field.id === SEEK_POSITION);
      if (id && position && readUnsigned(segmentHead, id) === CUES) return readUnsigned(segmentHead, position);
    }
  }
  return undefined;
}

/** The elements that lie whole within [start, end) of the bytes, up to the first that does not. */
function children(bytes: DataView, start: number, end: number): ElementExtent[] {
  const found: ElementExtent[] = [];
  let offset = start;
  while (offset < end) {
    const element = readElement(bytes, offset, 0);
    if (element === undefined) break;
    found.push(element);
    if (element.end === undefined || element.end > Math.min(end, bytes.byteLength)) break;
    offset = element.end;
  }
  return found;
}

async function readElementAt(source: ByteSource, offset: number): Promise<ElementExtent | undefined> {
  return readElement(await source.read(offset, 12), 0, offset);
}

/** Reads an element's header at `at`; `base` is the file offset of the bytes' start. */
function readElement(bytes: DataView, at: number, base: number): ElementExtent | undefined {
  const id = readVint(bytes, at, 4);
  if (id === undefined) return undefined;
  const size = readVint(bytes, at + id.length, 8);
  if (size === undefined) return undefined;
  const payloadStart = base + at + id.length + size.length;
  const marker = 2n ** BigInt(7 * size.length);
  const isUnknown = size.value === 2n * marker - 1n;
  return { id: Number(id.value), payloadStart, end: isUnknown ? undefined : payloadStart + Number(size.value - marker) };
}

/** A variable-size integer with its marker bit kept, as element ids are written. */
function readVint(bytes: DataView, at: number, maxLength: number): { value: bigint; length: number } | undefined {
  if (at >= bytes.byteLength) return undefined;
  const length = Math.clz32(bytes.getUint8(at)) - 23;
  if (length > maxLength || at + length > bytes.byteLength) return undefined;
  let value = 0n;
  for (let i = 0; i < length; i += 1) value = value * 256n + BigInt(bytes.getUint8(at + i));
  return { value, length };
}

function readUnsigned(bytes: DataView, element: ElementExtent): number | undefined {
  if (element.end === undefined || element.end > bytes.byteLength || element.end - element.payloadStart > 8) return undefined;
  let value = 0;
  for (let i = element.payloadStart; i < element.end; i += 1) value = value * 256 + bytes.getUint8(i);
  return value;
}
