import { viewOf } from '../mp4/box.ts';

/** A table of 32-bit big-endian entries, as boxes hold them, whose length is not known beforehand. */
export interface GrowingTable {
  push(value: number): void;
  /** How many values it has. */
  length(): number;
  /** What it holds; a view that the next push may leave behind. */
  bytes(): Uint8Array;
}

const FIRST_VALUES = 256;

export function createGrowingTable(): GrowingTable {
  let bytes = new Uint8Array(FIRST_VALUES * 4);
  let view = viewOf(bytes);
  let used = 0;
  return {
    push(value) {
      if (used === bytes.length) {
        const larger = new Uint8Array(bytes.length * 2);
        larger.set(bytes);
        bytes = larger;
        view = viewOf(bytes);
      }
      view.setUint32(used, value);
      used += 4;
    },
    length: () => used / 4,
    bytes: () => bytes.subarray(0, used),
  };
}
