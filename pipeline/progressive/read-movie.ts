import { sliceMovie } from '../model/progressive/slice-movie.ts';
import type { SegmentStore } from '../storage/segment-store.ts';
import { type LaidOutMovie, movieChanged } from './laid-out-movie.ts';

/** A reader waits for no more, and holds no more. */
const MOST_BYTES = 1024 * 1024;

/**
 * The bytes [start, end) of a movie, read as they are taken. `onSegment` is told of each segment that is begun.
 *
 * @throws AppError `store_failed`, retryable, when a segment is not the one that was laid out any more
 */
export async function* readMovie(
  store: Pick<SegmentStore, 'statFile' | 'readFile'>,
  movie: LaidOutMovie,
  { start, end }: { start: number; end: number },
  onSegment: (renditionId: string, segment: number) => void,
): AsyncGenerator<Uint8Array> {
  const { titleId, layout, renditionIds, files } = movie;
  const begun = renditionIds.map(() => -1);
  for (const slice of sliceMovie(layout, start, end)) {
    if (slice.kind === 'head') {
      yield layout.head.subarray(slice.start, slice.end);
      continue;
    }
    const { track, segment } = slice;
    const renditionId = renditionIds[track] as string;
    const fileName = `${segment}.m4s`;
    if (begun[track] !== segment) {
      begun[track] = segment;
      const file = await store.statFile(titleId, renditionId, fileName);
      const { sizes, modifiedAtMs } = files[track] as LaidOutMovie['files'][number];
      if (file?.sizeBytes !== sizes[segment] || file?.modifiedAtMs !== modifiedAtMs[segment]) throw movieChanged();
      onSegment(renditionId, segment);
    }
    for (let from = slice.start; from < slice.end; from += MOST_BYTES) {
      const to = Math.min(slice.end, from + MOST_BYTES);
      const bytes = await store.readFile(titleId, renditionId, fileName, { start: from, end: to - 1 });
      if (bytes?.length !== to - from) throw movieChanged();
      yield bytes;
    }
  }
}
