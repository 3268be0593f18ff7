/** Where the fill of the disk changes what is done. */
export interface DiskLevels {
  /** Above this, segments are evicted. */
  maxBytes: number;
  /** Down to this, so that not each commit evicts. */
  evictToBytes: number;
  /** What the background leaves free below the budget: for viewers, and for what its own runs still bring when it stops. */
  reserveBytes: number;
}

/** About what all encoders of a large machine bring before they are through with the chunks they have. */
const MOST_RESERVED_BYTES = 512 * 1024 * 1024;

export function planDiskLevels(maxBytes: number): DiskLevels {
  const reserveBytes = Math.min(Math.ceil(maxBytes / 10), MOST_RESERVED_BYTES);
  return { maxBytes, evictToBytes: maxBytes - Math.floor(reserveBytes / 2), reserveBytes };
}
