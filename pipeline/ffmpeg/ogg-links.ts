import { type FileHandle, open } from 'node:fs/promises';
import { readBytes } from '../read-bytes.ts';

const HEADER_BYTES = 27;
const BEGINNING_OF_STREAM = 0x02;
/** The longest page: its header, 255 lacing values, 255 × 255 bytes (RFC 3533 6). */
const LONGEST_PAGE_BYTES = HEADER_BYTES + 255 + 255 * 255;
/** A recording of months; past it nobody reads on. */
const MOST_PAGES = 5_000_000;
/** How much of an identification header tells codec, channels and rate. */
const IDENTITY_BYTES: Readonly<Record<string, number>> = { OpusHead: 10, '\x01vorbis': 16 };

/** The links of a chained Ogg file: streams of their own, one after the other, as recordings of radio are. */
export interface OggLinks {
  count: number;
  /** Each is one sound of the same codec, channels and rate. */
  isUniform: boolean;
}

/** Undefined for a file of one link: its first and its last page then belong together. Reads page headers only. */
export async function readOggLinks(path: string): Promise<OggLinks | undefined> {
  const file = await open(path, 'r');
  try {
    if (!(await endsWithOtherStream(file))) return undefined;
    const identities: string[] = [];
    let offset = 0;
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const page = await readPage(file, offset);
      if (!page) break;
      if (page.isFirst) identities.push(page.identity);
      offset += page.sizeBytes;
    }
    const isUniform = identities.every((identity) => identity !== '' && identity === identities[0]);
    return identities.length < 2 ? undefined : { count: identities.length, isUniform };
  } finally {
    await file.close();
  }
}

async function endsWithOtherStream(file: FileHandle): Promise<boolean> {
  const serials = new Set<number>();
  let offset = 0;
  for (let page = await readPage(file, 0); page?.isFirst; page = await readPage(file, offset)) {
    serials.add(page.serial);
    offset += page.sizeBytes;
  }
  const { size } = await file.stat();
  const tail = await readBytes(file, Math.max(0, size - LONGEST_PAGE_BYTES), LONGEST_PAGE_BYTES);
  const last = tail.lastIndexOf('OggS', undefined, 'latin1');
  return serials.size > 0 && last >= 0 && last + 18 <= tail.length && !serials.has(tail.readUInt32LE(last + 14));
}

interface Page {
  serial: number;
  sizeBytes: number;
  isFirst: boolean;
  /** Of a first page, what its codec begins with; empty for codecs that are not known here. */
  identity: string;
}

/** Undefined where no page begins. */
async function readPage(file: FileHandle, offset: number): Promise<Page | undefined> {
  const bytes = await readBytes(file, offset, HEADER_BYTES + 255 + 32);
  if (bytes.length < HEADER_BYTES || bytes.toString('latin1', 0, 4) !== 'OggS') return undefined;
  const lacing = bytes[26] ?? 0;
  const body = HEADER_BYTES + lacing;
  const sizeBytes = body + bytes.subarray(HEADER_BYTES, body).reduce((sum, value) => sum + value, 0);
  const head = bytes.toString('latin1', body, body + 32);
  const magic = Object.keys(IDENTITY_BYTES).find((candidate) => head.startsWith(candidate));
  return {
    serial: bytes.readUInt32LE(14),
    sizeBytes,
    isFirst: ((bytes[5] ?? 0) & BEGINNING_OF_STREAM) !== 0,
    identity: magic === undefined ? '' : head.slice(0, IDENTITY_BYTES[magic]),
  };
}
