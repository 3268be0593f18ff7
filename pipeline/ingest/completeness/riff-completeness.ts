import type { Completeness } from '../settle.ts';
import { type ByteSource, endsInZeros, fourCc } from './byte-source.ts';

/** OpenDML splits an AVI into RIFFs of about a gigabyte. */
const MAX_RIFFS = 1_024;

/**
 * WAV and AVI: complete when every RIFF is there to the size it states; RF64 and BW64 (EBU Tech 3306) state it in ds64.
 * Sizes of 0 and 2³²−1 are what recorders and pipes leave there: they say nothing.
 */
export async function riffCompleteness(source: ByteSource): Promise<Completeness> {
  let offset = 0;
  for (let count = 0; count < MAX_RIFFS; count += 1) {
    const header = await source.read(offset, 28);
    // Anything after the last RIFF is a tag that somebody appended.
    if (header.byteLength < 8 || !isRiff(header)) return (await endsInZeros(source, 0, offset)) ? 'unknown' : 'complete';
    const size = statedBytes(header);
    if (size === undefined) return 'unknown';
    // A last odd chunk is padded to an even size, and not everybody writes that byte.
    const end = offset + 8 + size;
    if (end > source.sizeBytes) return 'incomplete';
    offset = end + (size % 2);
  }
  return 'unknown';
}

export function isRiff(header: DataView): boolean {
  return ['RIFF', 'RF64', 'BW64'].includes(fourCc(header, 0));
}

function statedBytes(header: DataView): number | undefined {
  if (fourCc(header, 0) === 'RIFF') {
    const size = header.getUint32(4, true);
    return size === 0 || size === 0xffffffff ? undefined : size;
  }
  if (header.byteLength < 28 || fourCc(header, 12) !== 'ds64') return undefined;
  return Number(header.getBigUint64(20, true));
}
