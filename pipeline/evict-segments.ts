import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Catalogue, SegmentUse } from './catalogue/catalogue.ts';
import { refreshTitle } from './catalogue/reindex.ts';
import { tellTitle } from './catalogue/tell-title.ts';
import type { EventBus } from './event-bus.ts';
import { isRemakeable } from './is-remakeable.ts';
import type { Log } from './log.ts';
import { chooseEvictions } from './model/work/choose-evictions.ts';
import type { SegmentStore } from './storage/segment-store.ts';

export interface EvictorOptions {
  /** Originals are looked for here. */
  mediaDir: string;
  store: SegmentStore;
  catalogue: Catalogue;
  bus: EventBus;
  log: Log;
  /** Whether a viewer is at that place now, or about to be. */
  isWatched(titleId: string, renditionId: string, segment: number): boolean;
  /** Titles planned for another encoder are not evicted from. Undefined: not looked at. */
  encoderFingerprint?: string;
}

export interface Evictor {
  /**
   * Evicts the segments that were not used for the longest and can be made again, until all titles together take up
   * `toBytes`, nothing more can go, or the signal ends it. Answers what they take up then. Not to be called while it runs.
   */
  evictDownTo(toBytes: number, signal: AbortSignal): Promise<number>;
}

const PAGE = 256;

export function createEvictor(options: EvictorOptions): Evictor {
  const { store, catalogue, bus, log, isWatched } = options;
  const complainedOf = new Set<string>();

  async function evictDownTo(toBytes: number, signal: AbortSignal): Promise<number> {
    const canGo = new Map<string, boolean>();
    const isProtected = ({ titleId, renditionId, segment }: SegmentUse): boolean =>
      !canGo.get(titleId) || isWatched(titleId, renditionId, segment);
    let usedBytes = await catalogue.bytesCommitted();
    let after: SegmentUse | undefined;
    while (usedBytes > toBytes && !signal.aborted) {
      const page = await catalogue.leastRecentlyUsed(PAGE, after);
      after = page.at(-1);
      if (after === undefined) break;
      for (const { titleId } of page) {
        if (!canGo.has(titleId)) canGo.set(titleId, await canEvictFrom(titleId));
      }
      for (let rest = page; !signal.aborted; ) {
        const { evict } = chooseEvictions(rest, isProtected, usedBytes - toBytes);
        if (evict.length === 0) break;
        for (const titleId of await evictAll(evict, isProtected, signal)) canGo.set(titleId, false);
        usedBytes = await catalogue.bytesCommitted();
        // For what could not go after all, others of the page do.
        rest = rest.filter((segment) => !evict.includes(segment));
      }
      // Where all is protected, the pages of a large catalogue come without a pause.
      await othersTurn();
    }
    return usedBytes;
  }

  async function canEvictFrom(titleId: string): Promise<boolean> {
    const title = await catalogue.getTitle(titleId);
    return title !== undefined && (await isRemakeable(title, options));
  }

  /** Answers the titles that a segment could not be taken from: others go instead. */
  async function evictAll(
    segments: readonly SegmentUse[],
    isProtected: (segment: SegmentUse) => boolean,
    signal: AbortSignal,
  ): Promise<Set<string>> {
    const changed = new Set<string>();
    const failed = new Set<string>();
    for (const segment of segments) {
      const { titleId } = segment;
      // Viewers move while others are evicted.
      if (signal.aborted || failed.has(titleId) || isProtected(segment)) continue;
      changed.add(titleId);
      try {
        await evict(segment);
      } catch (error) {
        failed.add(titleId);
        if (!complainedOf.has(titleId)) log.warn({ title: titleId, err: error }, 'Segments of this title cannot be evicted');
        complainedOf.add(titleId);
      }
    }
    for (const titleId of changed) await tellProgress(titleId);
    return failed;
  }

  async function evict({ titleId, renditionId, segment, sizeBytes }: SegmentUse): Promise<void> {
    await store.removeSegment(titleId, renditionId, segment);
    await catalogue.forgetSegment(titleId, renditionId, segment);
    const anew = await store.statFile(titleId, renditionId, `${segment}.m4s`);
    // Committed between the two: recorded as one that was known, and forgotten then.
    if (anew !== undefined) {
      await catalogue.recordSegment(titleId, renditionId, segment, anew.sizeBytes);
      return;
    }
    log.debug({ title: titleId, rendition: renditionId, segment, sizeBytes }, 'evicted');
    bus.publish({ type: 'segment-evicted', titleId, renditionId, segment });
  }

  /** A complete title that gave something up is playable again. */
  async function tellProgress(titleId: string): Promise<void> {
    await refreshTitle({ store, catalogue, log }, titleId);
    await tellTitle(options, titleId);
  }

  return { evictDownTo };
}
