import type { SourceInfo } from '../source-info.ts';
import type { TitleRecord } from '../title.ts';
import { readTitleTags } from '../title-tags.ts';

/** A title of sound alone, as a record collection lists it. */
export interface Track {
  /** The title's. */
  id: string;
  title: string;
  artist?: string;
  album?: string;
  /** Position on the album. */
  track?: number;
  year?: number;
  durationSeconds: number | null;
  createdAtMs: number;
  hasCover: boolean;
}

/** Undefined for what has a picture, and for what is not known to be sound yet. */
export function trackOf({ id, name, createdAtMs, sourceInfo }: TitleRecord, durationSeconds: number | null): Track | undefined {
  if (!sourceInfo || !isSoundAlone(sourceInfo)) return undefined;
  const { title = name, ...tags } = readTitleTags(sourceInfo) ?? {};
  const hasCover = sourceInfo.others.some(({ kind }) => kind === 'cover');
  return { id, title, ...tags, durationSeconds, createdAtMs, hasCover };
}

function isSoundAlone({ video, audio }: SourceInfo): boolean {
  return video === undefined && audio.length > 0;
}
