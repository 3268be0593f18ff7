/** How many of something each address has, within a limit. */
export interface AddressCounter {
  /** False where it has as many as it may; else `leave` gives it back. */
  take(address: string): boolean;
  leave(address: string): void;
}

/** `most` 0: as many as they like. */
export function createAddressCounter(most: number): AddressCounter {
  const counts = new Map<string, number>();
  return {
    take(address) {
      const count = counts.get(address) ?? 0;
      if (most > 0 && count >= most) return false;
      counts.set(address, count + 1);
      return true;
    },
    leave(address) {
      const count = counts.get(address) ?? 0;
      if (count > 1) counts.set(address, count - 1);
      else counts.delete(address);
    },
  };
}
