import type { Completeness } from '../settle.ts';
import { type ByteSource, endsInZeros, fourCc } from './byte-source.ts';

/** A box whose header was read. `end` is where its header says it ends: maybe beyond the file. */
interface BoxExtent {
  type: string;
  start: number;
  payloadStart: number;
  end: number;
  /** Size 0: the box runs to the end of the file, wherever that is (ISO/IEC 14496-12 4.2). */
  isOpenEnded: boolean;
}

/** More boxes than this at one level are not walked: no ordinary MP4 has them, and the walk must be bounded. */
const MAX_BOXES = 512;

/**
 * MP4 and QuickTime: complete when moov and every mdat are there to their last byte, in whichever order. Fragmented
 * files are complete when they end in an mfra (ISO/IEC 14496-12 8.8.9): without it more fragments may be on their way.
 */
export async function mp4Completeness(source: ByteSource): Promise<Completeness> {
  let hasMovie = false;
  let hasMedia = false;
  let hasDoubt = false;
  let offset = 0;
  // A few bytes after the last box are some cameras' own, and no reason to wait for more.
  for (let count = 0; source.sizeBytes - offset >= 8 || !(hasMovie && hasMedia); count += 1) {
    if (count === MAX_BOXES) return 'unknown';
    const box = await readBoxExtent(source, offset);
    if (box === undefined || box.end > source.sizeBytes) return 'incomplete';
    if (box.type === 'moof') return endsInFragmentIndex(source);
    if (box.type === 'moov') {
      if (!(await hasAllChildren(source, box))) return 'incomplete';
      hasMovie = true;
    }
    if (box.type === 'mdat') {
      hasMedia = true;
      // Recorders write size 0 or a bare header first and the true size when they stop.
      if (box.isOpenEnded) hasDoubt = true;
      else if (await endsInZeros(source, box.payloadStart, box.end)) hasDoubt = true;
    }
    offset = box.end;
  }
  return hasDoubt ? 'unknown' : 'complete';
}

/** Undefined where there is no believable box header: the file stops there, or holds zeros. */
async function readBoxExtent(source: ByteSource, start: number, limit = source.sizeBytes): Promise<BoxExtent | undefined> {
  const header = await source.read(start, Math.min(16, limit - start));
  if (header.byteLength < 8) return undefined;
  const type = fourCc(header, 4);
  if (!/^[\x20-\x7e\xa9]{4}$/.test(type)) return undefined;
  const size = header.getUint32(0);
  if (size === 0) return { type, start, payloadStart: start + 8, end: limit, isOpenEnded: true };
  if (size === 1) {
    if (header.byteLength < 16) return undefined;
    const largeSize = Number(header.getBigUint64(8));
    return largeSize < 16 ? undefined : { type, start, payloadStart: start + 16, end: start + largeSize, isOpenEnded: false };
  }
  return size < 8 ? undefined : { type, start, payloadStart: start + 8, end: start + size, isOpenEnded: false };
}

/** Whether the children of a box fill it exactly: they do not where its contents have not arrived. */
async function hasAllChildren(source: ByteSource, parent: BoxExtent): Promise<boolean> {
  let offset = parent.payloadStart;
  // QuickTime may end a list of children with four zero bytes.
  for (let count = 0; parent.end - offset >= 8; count += 1) {
    if (count === MAX_BOXES) return false;
    const child = await readBoxExtent(source, offset, parent.end);
    if (child === undefined || child.end > parent.end) return false;
    offset = child.end;
  }
  return offset > parent.payloadStart;
}

/** mfro, the last 16 bytes of an mfra, states the size of that mfra (ISO/IEC 14496-12 8.8.11). */
async function endsInFragmentIndex(source: ByteSource): Promise<Completeness> {
  const tail = await source.read(source.sizeBytes - 16, 16);
  if (tail.byteLength < 16 || fourCc(tail, 4) !== 'mfro') return 'unknown';
  const index = await readBoxExtent(source, source.sizeBytes - tail.getUint32(12));
  return index?.type === 'mfra' && index.end === source.sizeBytes ? 'complete' : 'unknown';
}
