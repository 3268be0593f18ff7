import type { Ticks } from '../time.ts';
import { type Box, BoxError, findBox, readBoxes, readUint32, viewOf } from './box.ts';

/** The samples of a track in decode order, as its tables have them (ISO/IEC 14496-12 8.6, 8.7). */
export interface SampleTable {
  count: number;
  /** Composition times on the track's timescale, without its edit list. */
  compositionTimes: Float64Array;
  sizes: Uint32Array;
  /** Where in the file each one's bytes begin. */
  offsets: Float64Array;
  /** Those that say they are sync samples, counted from 0, ascending; undefined where no table says which. */
  syncSamples: Uint32Array | undefined;
}

/** Two days at 60 frames a second. A table that claims more in few bytes must not take the memory for it. */
const MOST_SAMPLES = 12_000_000;

/** `stbl` of a track whose samples are all in the tables (no fragments). Throws BoxError. */
export function readSampleTable(bytes: Uint8Array, stbl: Box): SampleTable {
  const boxes = readBoxes(bytes, stbl.bodyStart, stbl.end);
  const find = (type: string): Box | undefined => boxes.find((box) => box.type === type);
  const sizes = readSizes(bytes, required(find('stsz'), 'stsz'));
  const decodeTimes = readDecodeTimes(bytes, required(find('stts'), 'stts'), sizes.length);
  const chunkOffsets = readChunkOffsets(bytes, find('stco'), find('co64'));
  return {
    count: sizes.length,
    compositionTimes: addCompositionOffsets(bytes, find('ctts'), decodeTimes),
    sizes,
    offsets: placeSamples(bytes, required(find('stsc'), 'stsc'), chunkOffsets, sizes),
    syncSamples: readSyncSamples(bytes, find('stss')),
  };
}

/** One edit of a track (8.6.6). */
export interface Edit {
  /** On the movie's timescale; 0: to the end. */
  durationTicks: Ticks;
  /** On the track's timescale; -1: nothing is shown for that long. */
  mediaTicks: Ticks;
  /** Whether it is played at its own speed. */
  isNormalRate: boolean;
}

/** The edits of a `trak`; none where it has no list. Throws BoxError. */
export function readEdits(bytes: Uint8Array, trak: Box): Edit[] {
  const elst = findBox(bytes, ['edts', 'elst'], trak.bodyStart, trak.end);
  if (!elst) return [];
  const isLong = bytes[elst.bodyStart] === 1;
  const entries = entryView(bytes, elst, isLong ? 20 : 12);
  return Array.from({ length: entries.count }, (_, index) => {
    const at = entries.start + index * (isLong ? 20 : 12);
    const rateAt = at + (isLong ? 16 : 8);
    return {
      durationTicks: isLong ? Number(entries.view.getBigUint64(at)) : entries.view.getUint32(at),
      mediaTicks: isLong ? Number(entries.view.getBigInt64(at + 8)) : entries.view.getInt32(at + 4),
      isNormalRate: entries.view.getUint32(rateAt) === 0x10000,
    };
  });
}

function required(box: Box | undefined, type: string): Box {
  if (!box) throw new BoxError(`There is no '${type}' box`, 0);
  return box;
}

interface Entries {
  view: DataView;
  count: number;
  start: number;
}

/** The entries of a full box that begins with their number. */
function entryView(bytes: Uint8Array, box: Box, entryBytes: number): Entries {
  const count = readUint32(bytes, box.bodyStart + 4, box.end);
  const start = box.bodyStart + 8;
  if (start + count * entryBytes > box.end) throw new BoxError(`Box '${box.type}' is shorter than its entries`, box.start);
  return { view: viewOf(bytes), count, start };
}

function readSizes(bytes: Uint8Array, stsz: Box): Uint32Array {
  const same = readUint32(bytes, stsz.bodyStart + 4, stsz.end);
  const count = readUint32(bytes, stsz.bodyStart + 8, stsz.end);
  const start = stsz.bodyStart + 12;
  if (count > MOST_SAMPLES) throw new BoxError(`A track states ${count} samples`, stsz.start);
  if (same !== 0) return new Uint32Array(count).fill(same);
  if (start + count * 4 > stsz.end) throw new BoxError("Box 'stsz' is shorter than its entries", stsz.start);
  const view = viewOf(bytes);
  const sizes = new Uint32Array(count);
  for (let index = 0; index < count; index++) sizes[index] = view.getUint32(start + index * 4);
  return sizes;
}

function readDecodeTimes(bytes: Uint8Array, stts: Box, count: number): Float64Array {
  const { view, count: runs, start } = entryView(bytes, stts, 8);
  const times = new Float64Array(count);
  let [sample, time] = [0, 0];
  for (let run = 0; run < runs; run++) {
    const end = Math.min(count, sample + view.getUint32(start + run * 8));
    const delta = view.getUint32(start + run * 8 + 4);
    for (; sample < end; sample++, time += delta) times[sample] = time;
  }
  if (sample < count) throw new BoxError("Box 'stts' has no time for all samples", stts.start);
  return times;
}

/** Offsets of either version are read as signed, as demuxers do. */
function addCompositionOffsets(bytes: Uint8Array, ctts: Box | undefined, decodeTimes: Float64Array): Float64Array {
  if (!ctts) return decodeTimes;
  const { view, count: runs, start } = entryView(bytes, ctts, 8);
  let sample = 0;
  for (let run = 0; run < runs; run++) {
    const end = Math.min(decodeTimes.length, sample + view.getUint32(start + run * 8));
    const offset = view.getInt32(start + run * 8 + 4);
    for (; sample < end; sample++) decodeTimes[sample] = (decodeTimes[sample] as number) + offset;
  }
  return decodeTimes;
}

function readChunkOffsets(bytes: Uint8Array, stco: Box | undefined, co64: Box | undefined): Float64Array {
  const box = required(stco ?? co64, 'stco');
  const { view, count, start } = entryView(bytes, box, stco ? 4 : 8);
  const offsets = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    offsets[index] = stco ? view.getUint32(start + index * 4) : Number(view.getBigUint64(start + index * 8));
  }
  return offsets;
}

/** The samples of a chunk lie one after the other; `stsc` says how many each chunk has, run by run. */
function placeSamples(bytes: Uint8Array, stsc: Box, chunkOffsets: Float64Array, sizes: Uint32Array): Float64Array {
  const { view, count: runs, start } = entryView(bytes, stsc, 12);
  const offsets = new Float64Array(sizes.length);
  let sample = 0;
  for (let run = 0; run < runs; run++) {
    const at = start + run * 12;
    const endChunk = run + 1 < runs ? view.getUint32(at + 12) - 1 : chunkOffsets.length;
    const samplesPerChunk = view.getUint32(at + 4);
    if (view.getUint32(at + 8) !== 1) throw new BoxError('Samples are of more than one description', at);
    for (let chunk = view.getUint32(at) - 1; chunk < endChunk && sample < sizes.length; chunk++) {
      let offset = chunkOffsets[chunk];
      if (offset === undefined) throw new BoxError(`Chunk ${chunk} is nowhere`, at);
      for (const end = Math.min(sizes.length, sample + samplesPerChunk); sample < end; sample++) {
        offsets[sample] = offset;
        offset += sizes[sample] as number;
      }
    }
  }
  if (sample < sizes.length) throw new BoxError("Box 'stsc' has no place for all samples", stsc.start);
  return offsets;
}

function readSyncSamples(bytes: Uint8Array, stss: Box | undefined): Uint32Array | undefined {
  if (!stss) return undefined;
  const { view, count, start } = entryView(bytes, stss, 4);
  const samples = new Uint32Array(count);
  for (let index = 0; index < count; index++) samples[index] = view.getUint32(start + index * 4) - 1;
  return samples;
}
