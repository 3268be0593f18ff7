import { AppError } from '../../pipeline/errors.ts';
import type { SegmentStore } from '../../pipeline/storage/segment-store.ts';

/** A gate that work can be held at. */
export function createGate() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/**
 * A store that holds some segments back until the gate opens, before they are stored or after, so that a test can look at
 * work while it is under way. I-frames, which come before the rest, are let through.
 */
export function holding(
  gate: { opened: Promise<void> },
  isHeld: (titleId: string, segment: number) => boolean = () => true,
  when = 'before',
) {
  let held = 0;
  const waiting = new Set<() => void>();
  const hold = async () => {
    held += 1;
    for (const look of waiting) look();
    await gate.opened;
  };
  const wrapStore = (store: SegmentStore): SegmentStore => ({
    ...store,
    async putSegment(titleId, renditionId, segment, bytes) {
      if (renditionId.startsWith('i') || !isHeld(titleId, segment)) return store.putSegment(titleId, renditionId, segment, bytes);
      if (when === 'before') await hold();
      const outcome = await store.putSegment(titleId, renditionId, segment, bytes);
      if (when === 'after') await hold();
      return outcome;
    },
  });
  /** Resolves when so many segments are held. */
  const holds = (count: number) =>
    new Promise<void>((resolve) => {
      const look = () => held >= count && resolve();
      waiting.add(look);
      look();
    });
  return { holds, wrapStore };
}

/** A store that refuses some segments, as a disk may; no I-frames, or these alone. */
export function failing(
  isRefused: (segment: number) => boolean,
  makeError = () => new AppError('store_failed', 'The disk has a bad sector.'),
  ofIframes = false,
) {
  return (store: SegmentStore): SegmentStore => ({
    ...store,
    async putSegment(titleId, renditionId, segment, bytes) {
      if (titleId === 'film' && renditionId.startsWith('i') === ofIframes && isRefused(segment)) throw makeError();
      return store.putSegment(titleId, renditionId, segment, bytes);
    },
  });
}
