import { join } from 'node:path';
import { scanKeyframes, seekToKeyframeBefore } from './ffmpeg/keyframe-index.ts';
import type { FfmpegTools } from './ffmpeg/locate.ts';
import { findKeyframeBefore, keyframeBefore, type ScanOptions, scanPackets } from './ffmpeg/packet-index.ts';
import { seekTrust } from './ffmpeg/seek.ts';
import type { SourceInfo } from './model/source-info.ts';
import type { Ticks } from './model/time.ts';
import type { TitleRecord } from './model/title.ts';
import { createTurns } from './take-turns.ts';

/**
 * What chooseVideoSeek needs to know of the last keyframe at or before a place, absolute source time at 90 kHz; undefined
 * before the first.
 */
export type KeyframeBefore = (ticks: Ticks) => Ticks | undefined;

/** Where the keyframes of sources are whose containers do not say, or say it by decode times. */
export interface SeekIndexes {
  /**
   * What chooseVideoSeek needs to know of the last keyframe at or before a place (absolute source time, 90 kHz), from the
   * title's index. Until that is read: where the container has no index of its own, from the packets around, else
   * undefined at once. Undefined where the container needs no help. Throws as scanPackets does.
   */
  keyframeBefore(title: TitleRecord, ticks: Ticks, signal: AbortSignal): Promise<Ticks | undefined>;
  /** Begins to read the title's index where it needs one, so that a viewer's seek finds it. */
  warm(title: TitleRecord): void;
  /** Resolves when the source is not read any more. */
  forget(titleId: string): Promise<void>;
  close(): Promise<void>;
}

type ReadOptions = Pick<ScanOptions, 'log' | 'signal'> & { tools: FfmpegTools };

function needsSeekIndex({ formatNames, video }: SourceInfo): boolean {
  return video !== undefined && ['margin', 'decode-time'].includes(seekTrust(formatNames));
}

/** Encoders go first: nobody waits for an index. */
const NICENESS = 10;

/**
 * Reads the keyframes of the picture, or all its packets where the container has no index; undefined where it needs no help or
 * cannot be helped. Throws as scanPackets and scanKeyframes do.
 */
export async function readSeekIndex(path: string, info: SourceInfo, options: ReadOptions): Promise<KeyframeBefore | undefined> {
  if (!info.video || !needsSeekIndex(info)) return undefined;
  if (seekTrust(info.formatNames) === 'decode-time') {
    const keyframes = await scanKeyframes(path, {
      ...options,
      niceness: NICENESS,
      streamIndex: info.video.index,
      isMovie: info.formatNames.includes('mov'),
    });
    return keyframes && ((ticks) => seekToKeyframeBefore(keyframes, ticks));
  }
  const index = await scanPackets(path, { ...options, niceness: NICENESS, stream: info.video });
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

  /** The title's index, read or being read; undefined where it needs none. */
  function take({ id, source, sourceInfo }: TitleRecord): Entry | undefined {
    if (!sourceInfo || !needsSeekIndex(sourceInfo)) return undefined;
    const entry = entries.get(id) ?? begin(id, join(mediaDir, source.path), sourceInfo);
    entries.delete(id);
    entries.set(id, entry);
    if (entries.size > MOST_INDEXES) void forget(entries.keys().next().value as string);
    return entry;
  }

  return {
    async keyframeBefore(title, ticks, signal) {
      const entry = take(title);
      const { source, sourceInfo } = title;
      if (!entry || !sourceInfo?.video) return undefined;
      if (entry.keyframes) return entry.keyframes(ticks);
      if (seekTrust(sourceInfo.formatNames) === 'decode-time') return undefined;
      return await findKeyframeBefore(join(mediaDir, source.path), { tools, log, signal, stream: sourceInfo.video, ticks });
    },
    warm: (title) => void take(title),
    forget,
    async close() {
      await Promise.all([...entries.keys()].map(forget));
    },
  };
}
