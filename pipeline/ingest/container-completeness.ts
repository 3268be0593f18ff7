import { open } from 'node:fs/promises';
import { type ByteSource, fourCc } from './completeness/byte-source.ts';
import { matroskaCompleteness } from './completeness/matroska-completeness.ts';
import { mp4Completeness } from './completeness/mp4-completeness.ts';
import { oggCompleteness } from './completeness/ogg-completeness.ts';
import { isRiff, riffCompleteness } from './completeness/riff-completeness.ts';
import type { Completeness } from './settle.ts';

/** Boxes that an MP4 or QuickTime file may begin with. */
const FIRST_BOXES = new Set(['ftyp', 'styp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'uuid', 'sidx', 'moof']);

/**
 * Whether a file's container says that all of it is there. `unknown` for containers that say nothing of their end
 * (MPEG-TS, MP3, FLV …) and for what is no container. Reads some headers and the tail, never the whole file.
 * Throws what opening and reading throws (ENOENT, EACCES …).
 */
export async function containerCompleteness(path: string): Promise<Completeness> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    return await completenessOf({
      sizeBytes: size,
      async read(offset, length) {
        const buffer = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
        if (offset < 0 || buffer.length === 0) return new DataView(new ArrayBuffer(0));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
        return new DataView(buffer.buffer, 0, bytesRead);
      },
    });
  } finally {
    await file.close();
  }
}

export async function completenessOf(source: ByteSource): Promise<Completeness> {
  const head = await source.read(0, 16);
  if (head.byteLength < 16) return 'incomplete';
  if (head.getBigUint64(0) === 0n && head.getBigUint64(8) === 0n) return 'incomplete';
  if (FIRST_BOXES.has(fourCc(head, 4))) return mp4Completeness(source);
  if (head.getUint32(0) === 0x1a45dfa3) return matroskaCompleteness(source);
  if (fourCc(head, 0) === 'OggS') return oggCompleteness(source);
  if (isRiff(head)) return riffCompleteness(source);
  return 'unknown';
}
