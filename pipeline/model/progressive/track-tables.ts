import { BoxError, fullBox, uint32, uint64 } from '../mp4/box.ts';
import type { Sample } from '../mp4/fragment.ts';
import { createGrowingTable, type GrowingTable } from './growing-table.ts';

/** The sample tables of one track (ISO/IEC 14496-12 8.6, 8.7), grown sample by sample in decode order. */
export interface TrackTables {
  /** Consecutive samples whose bytes lie together: a chunk of the movie (8.7.5; not a chunk of ours). */
  addChunk(samples: readonly Sample[]): void;
  chunkCount(): number;
  /** The boxes of `stbl` behind the description; `chunkStarts`: where in the file each chunk begins. */
  render(chunkStarts: readonly number[], isLarge: boolean): Uint8Array[];
}

/** (how many, value) pairs: neighbours of one value are one pair. */
interface Runs {
  push(value: number): void;
  finish(): GrowingTable;
}

function createRuns(): Runs {
  const table = createGrowingTable();
  let last = 0;
  let count = 0;
  const flush = (): void => {
    if (count > 0) {
      table.push(count);
      table.push(last);
    }
    count = 0;
  };
  return {
    push(value) {
      if (value !== last) flush();
      last = value;
      count += 1;
    },
    finish() {
      flush();
      return table;
    },
  };
}

/** Throws BoxError from addChunk for a composition offset below zero, which Millrace never writes. */
export function createTrackTables(): TrackTables {
  const durations = createRuns();
  const compositionOffsets = createRuns();
  const sizes = createGrowingTable();
  const syncSamples = createGrowingTable();
  const samplesPerChunk = createGrowingTable();
  let chunkCount = 0;
  let lastChunkSamples = 0;
  let hasOffsets = false;

  return {
    addChunk(samples) {
      for (const { durationTicks, compositionOffsetTicks, sizeBytes, isSync } of samples) {
        if (compositionOffsetTicks < 0) throw new BoxError(`A sample has the composition offset ${compositionOffsetTicks}`, 0);
        durations.push(durationTicks);
        compositionOffsets.push(compositionOffsetTicks);
        hasOffsets ||= compositionOffsetTicks !== 0;
        sizes.push(sizeBytes);
        if (isSync) syncSamples.push(sizes.length());
      }
      chunkCount += 1;
      if (samples.length === lastChunkSamples) return;
      lastChunkSamples = samples.length;
      for (const value of [chunkCount, samples.length, 1]) samplesPerChunk.push(value);
    },
    chunkCount: () => chunkCount,
    render(chunkStarts, isLarge) {
      const areAllSync = syncSamples.length() === sizes.length();
      return [
        renderTable('stts', durations.finish(), 2),
        ...(hasOffsets ? [renderTable('ctts', compositionOffsets.finish(), 2)] : []),
        ...(areAllSync ? [] : [renderTable('stss', syncSamples, 1)]),
        renderTable('stsc', samplesPerChunk, 3),
        fullBox('stsz', 0, 0, uint32(0, sizes.length()), sizes.bytes()),
        isLarge
          ? fullBox('co64', 0, 0, uint32(chunkStarts.length), chunkStarts.map(uint64))
          : fullBox('stco', 0, 0, uint32(chunkStarts.length), numbers(chunkStarts)),
      ];
    },
  };
}

function renderTable(type: string, table: GrowingTable, valuesPerEntry: number): Uint8Array {
  return fullBox(type, 0, 0, uint32(table.length() / valuesPerEntry), table.bytes());
}

/** uint32 of as many values as a call has no room for. */
function numbers(values: readonly number[]): Uint8Array {
  const table = createGrowingTable();
  for (const value of values) table.push(value);
  return table.bytes();
}
