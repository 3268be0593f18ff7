import { join } from 'node:path';
import { findKeyframeBefore, keyframeBefore, type ScanOptions, scanPackets } from './ffmpeg/packet-index.ts';
import { seekTrust } from './ffmpeg/seek.ts';
import type { SourceInfo } from './model/source-info.ts';
import type { Ticks } from './model/time.ts';
import type { TitleRecord } from './model/title.ts';
import { createTurns } from './take-turns.ts';

/** The last keyframe at or before a place, absolute source time at 90 kHz; undefined before the first. */
export type KeyframeBefore = (ticks: Ticks) => Ticks | undefined;

/** Where the keyframes of sources are whose containers do not say. */
export interface SeekIndexes {
  /**
   * The last keyframe at or before a place (absolute source time, 90 kHz), from the title's index or, until that is read,
   * from the packets around. Undefined where the container needs no help. Throws as scanPackets does.
   */
  keyframeBefore(title: TitleRecord, ticks: Ticks, signal: AbortSignal): Promise<Ticks | undefined>;
  /** Resolves when the source is not read any more. */
  forget(titleId: string): Promise<void>;
  close(): Promise<void>;
}

type ReadOptions = Pick<ScanOptions, 'tools' | 'log' | 'signal'>;

function needsSeekIndex({ formatNames, video }: SourceInfo): boolean {
  return video !== undefined && seekTrust(formatNames) === 'margin';
}

/** Reads all packets of the picture; undefined where the container needs no index. Throws as scanPackets does. */
export async function readSeekIndex(path: string, info: SourceInfo, options: ReadOptions): Promise<KeyframeBefore | undefined> {
  if (!info.video || !needsSeekIndex(info)) return undefined;
  const index = await scanPackets(path, { ...options, stream: info.video });
  return (ticks) => keyframeBefore(index, ticks);
}

/** Indexes kept in memory; the title that was not encoded for longest loses its index first. */
const MOST_INDEXES = 16;

interface Entry {
  keyframes: KeyframeBefore | undefined;
  stop: AbortController;
  read: Promise<void>;
}

export function createSeekIndexes({ mediaDir, tools, log }: Omit<ReadOptions, 'signal'> & { mediaDir: string }): SeekIndexes {
  /** The last used is the last. */
  const entries = new Map<string, Entry>();
  /** Each reads a whole file: one at a time leaves the disk to the encoders. */
  const takeTurns = createTurns(1);

  function begin(titleId: string, path: string, info: SourceInfo): Entry {
    const entry: Entry = { keyframes: undefined, stop: new AbortController(), read: Promise.resolve() };
    const { signal } = entry.stop;
    const read = async (): Promise<void> => {
      entry.keyframes = await readSeekIndex(path, info, { tools, log, signal });
    };
    entry.read = takeTurns(read, signal).catch((error: unknown) => {
      // The next chunk tries again.
      if (entries.get(titleId) === entry) entries.delete(titleId);
      if (!signal.aborted) log.warn({ title: titleId, err: error }, 'the packets of this source could not be read');
    });
    return entry;
  }

  async function forget(titleId: string): Promise<void> {
    const entry = entries.get(titleId);
    entries.delete(titleId);
    entry?.stop.abort();
    await entry?.read;
  }

  return {
    async keyframeBefore({ id, source, sourceInfo }, ticks, signal) {
      if (!sourceInfo?.video || !needsSeekIndex(sourceInfo)) return undefined;
      const path = join(mediaDir, source.path);
      const entry = entries.get(id) ?? begin(id, path, sourceInfo);
      entries.delete(id);
      entries.set(id, entry);
      if (entries.size > MOST_INDEXES) void forget(entries.keys().next().value as string);
      if (entry.keyframes) return entry.keyframes(ticks);
      return await findKeyframeBefore(path, { tools, log, signal, stream: sourceInfo.video, ticks });
    },
    forget,
    async close() {
      await Promise.all([...entries.keys()].map(forget));
    },
  };
}
