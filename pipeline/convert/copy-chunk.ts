import { type FileHandle, open } from 'node:fs/promises';
import { AppError } from '../errors.ts';
import type { ChunkSink, RunEnvironment } from '../ffmpeg/run-chunk.ts';
import { createCopiedCutter, type SamplePlace } from '../model/copy/cut-copied.ts';
import { BoxError } from '../model/mp4/box.ts';
import { TimingError } from '../model/mp4/timing.ts';
import { findRendition } from '../model/plan.ts';
import { readBytes } from '../read-bytes.ts';
import { readMovieTracks } from '../read-copy-source.ts';
import type { ConvertJob } from './convert-job.ts';

/** Samples this near to each other are read in one go: pictures and sounds of a movie lie between each other. */
const READ_OVER_BYTES = 64 * 1024;

/**
 * The copied renditions of a chunk, taken out of the source by its tables: no process, no decoder. Segment by segment, so that the
 * file is read once for all of them.
 *
 * @throws AppError `not_copyable` when the samples are not what the plan took them for, `source_ended_early`, `cancelled`, and
 *   what the sink throws. What was committed before stays.
 */
export async function copyChunk(
  { source, plan, chunk, movieTracks }: ConvertJob,
  sink: ChunkSink,
  { signal, goOn }: Pick<RunEnvironment, 'signal' | 'goOn'>,
): Promise<void> {
  const tracks = await (movieTracks?.() ?? readMovieTracks(source.path, source.info));
  const cutters = chunk.renditionIds.map((id) => {
    const rendition = findRendition(plan, id);
    const track = tracks.get(rendition.sourceStreamIndex);
    if (!track) throw notCopyable(new BoxError(`The tables of stream ${rendition.sourceStreamIndex} are gone`, 0));
    return checked(() => createCopiedCutter(plan, rendition, track));
  });
  const file = await open(source.path, 'r');
  const commits = createCommits();
  try {
    for (const { renditionId, parameters } of cutters) await sink.init(renditionId, parameters);
    for (let segment = chunk.firstSegment; segment < chunk.endSegment; segment++) {
      await goOn?.();
      await commits.untilRoom();
      if (signal?.aborted) throw new AppError('cancelled', 'The work was cancelled.');
      const read = await readPlaces(
        file,
        cutters.flatMap((cutter) => cutter.placesOf(segment)),
      );
      for (const cutter of cutters) {
        const samples = cutter.placesOf(segment).map(({ offset }) => read.get(offset) as Uint8Array);
        const finished = checked(() => cutter.render(segment, samples));
        commits.add(sink.segment(cutter.renditionId, finished));
      }
    }
  } finally {
    await commits.settled();
    await file.close();
  }
  await commits.untilRoom();
}

/** Segments that are being stored while the next ones are read: most of the time goes by in waiting for the disk. */
const MOST_COMMITS = 6;

function createCommits() {
  const running = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  return {
    add(commit: Promise<void>): void {
      const watched = commit
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .then(() => void running.delete(watched));
      running.add(watched);
    },
    /** Throws what the first one that failed threw. */
    async untilRoom(): Promise<void> {
      while (running.size >= MOST_COMMITS && !failure) await Promise.race(running);
      if (failure) throw failure.error;
    },
    async settled(): Promise<void> {
      await Promise.all(running);
    },
  };
}

/** The bytes at each place, by its offset. */
async function readPlaces(file: FileHandle, places: readonly SamplePlace[]): Promise<Map<number, Uint8Array>> {
  const sorted = [...places].sort((a, b) => a.offset - b.offset);
  const read = new Map<number, Uint8Array>();
  for (let first = 0; first < sorted.length; ) {
    const start = sorted[first]!.offset;
    let [end, next] = [start, first];
    for (let place = sorted[next]; place && place.offset <= end + READ_OVER_BYTES; place = sorted[++next]) {
      end = Math.max(end, place.offset + place.size);
    }
    const bytes = await readBytes(file, start, end - start);
    if (bytes.length < end - start) throw new AppError('source_ended_early', 'This file has become shorter. Copy or download it again.');
    for (const { offset, size } of sorted.slice(first, next)) read.set(offset, bytes.subarray(offset - start, offset - start + size));
    first = next;
  }
  return read;
}

function checked<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof BoxError || error instanceof TimingError) throw notCopyable(error);
    throw error;
  }
}

function notCopyable(cause: Error): AppError {
  return new AppError('not_copyable', 'The pictures of this file cannot be taken over as they are. They are encoded instead.', { cause });
}
