import { AppError } from '../errors.ts';
import type { Plan, RenditionPlan } from '../model/plan.ts';
import { renderFragmentedHead, renumberFragments } from '../model/progressive/fragmented-movie.ts';
import { readTrackHead } from '../model/progressive/track-head.ts';
import { segmentCount } from '../model/timeline/segments.ts';
import type { OnDemand } from '../on-demand.ts';
import type { SegmentStore } from '../storage/segment-store.ts';

export interface StreamSettings extends Pick<OnDemand, 'waitForFile' | 'noteServed'> {
  store: Pick<SegmentStore, 'readFile'>;
}

/**
 * A title as one fragmented MP4 from its beginning to its end, segment by segment as they are taken; each that is not there yet is
 * asked for as by a viewer.
 *
 * @throws AppError `segment_not_ready` when a segment cannot be made; `cancelled` when the signal ends it
 */
export async function* streamMovie(
  { store, waitForFile, noteServed }: StreamSettings,
  { titleId, timeline }: Plan,
  renditions: readonly RenditionPlan[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let nextNumber = 1;
  for (let segment = 0; segment < segmentCount(timeline); segment++) {
    // All at once, so that sound and picture are made beside each other.
    const files = renditions.map(({ id }) => readWhenThere(id, `${segment}.m4s`));
    // Whichever fails first is told; the others are not left unheard.
    for (const file of files) file.catch(() => {});
    // An init segment is stored before any segment of its rendition.
    if (segment === 0) await Promise.all(files);
    if (segment === 0) yield await readHead();
    for (const [track, file] of files.entries()) {
      const { pieces, count } = renumberFragments(await file, track + 1, nextNumber);
      nextNumber += count;
      yield* pieces;
    }
  }

  async function readHead(): Promise<Uint8Array> {
    const heads = await Promise.all(renditions.map(async ({ id }) => readTrackHead(await readWhenThere(id, 'init.mp4'))));
    return renderFragmentedHead(heads, timeline.ended ? timeline.boundaries.at(-1) : undefined);
  }

  async function readWhenThere(renditionId: string, fileName: string): Promise<Uint8Array> {
    const stored = await store.readFile(titleId, renditionId, fileName);
    if (stored) {
      void noteServed(titleId, renditionId, fileName);
      return stored;
    }
    for (;;) {
      const outcome = await waitForFile(titleId, renditionId, fileName, signal);
      if (signal.aborted) throw new AppError('cancelled', 'The stream was called off.');
      // Work may rest, for a disk that is full: who still listens goes on when it does.
      if (outcome !== 'ready' && outcome !== 'timeout') {
        throw new AppError('segment_not_ready', 'The rest of this title cannot be made now. Ask again in a moment.', { retryable: true });
      }
      const made = await store.readFile(titleId, renditionId, fileName);
      if (made) return made;
    }
  }
}
