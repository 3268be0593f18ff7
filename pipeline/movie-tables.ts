import { stat } from 'node:fs/promises';
import type { MovieTrack } from './model/mp4/movie-track.ts';
import type { SourceInfo } from './model/source-info.ts';
import { readMovieTracks } from './read-copy-source.ts';

/** The tables of titles that are copied, kept for the segments that come next: those of a long film are megabytes. */
export interface MovieTables {
  /** As readMovieTracks does, once for each title while its file stays what it is. */
  read(titleId: string, path: string, info: SourceInfo): Promise<ReadonlyMap<number, MovieTrack>>;
  forget(titleId: string): void;
}

/** The title that was not copied for longest loses its tables first. */
const MOST_TABLES = 16;
/** Of all titles together, twenty bytes each. Three films of two hours, or one of ten, are kept. */
const MOST_SAMPLES = 4_000_000;

interface Entry {
  /** Of the file that was read. */
  version: string;
  tracks: Promise<ReadonlyMap<number, MovieTrack>>;
  /** Once read. */
  sampleCount: number;
}

export function createMovieTables(readTracks: typeof readMovieTracks = readMovieTracks): MovieTables {
  /** The last used is the last. */
  const entries = new Map<string, Entry>();

  function begin(titleId: string, version: string, path: string, info: SourceInfo): Entry {
    const entry: Entry = { version, tracks: readTracks(path, info), sampleCount: 0 };
    entry.tracks.then(
      (tracks) => {
        entry.sampleCount = countSamples(tracks);
        keepToLimits();
      },
      () => {
        // The next chunk tries again.
        if (entries.get(titleId) === entry) entries.delete(titleId);
      },
    );
    return entry;
  }

  function keepToLimits(): void {
    let samples = [...entries.values()].reduce((sum, { sampleCount }) => sum + sampleCount, 0);
    for (const [titleId, { sampleCount }] of entries) {
      if (entries.size <= MOST_TABLES && samples <= MOST_SAMPLES) return;
      entries.delete(titleId);
      samples -= sampleCount;
    }
  }

  return {
    async read(titleId, path, info) {
      const { ino, size, mtimeMs } = await stat(path);
      const version = `${path} ${ino} ${size} ${mtimeMs}`;
      const known = entries.get(titleId);
      const entry = known?.version === version ? known : begin(titleId, version, path, info);
      entries.delete(titleId);
      entries.set(titleId, entry);
      keepToLimits();
      return entry.tracks;
    },
    forget: (titleId) => void entries.delete(titleId),
  };
}

function countSamples(tracks: ReadonlyMap<number, MovieTrack>): number {
  return [...tracks.values()].reduce((sum, { samples }) => sum + samples.count, 0);
}
