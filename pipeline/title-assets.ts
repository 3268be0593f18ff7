import type { SourceInfo } from './model/source-info.ts';
import type { TitleRecord } from './model/title.ts';
import type { SegmentStore } from './storage/segment-store.ts';

export const POSTER = 'poster.jpg';
/** Names its sheets, which are stored before it: where it is, they are. */
export const STORYBOARD = 'storyboard.vtt';
export const WAVEFORM = 'waveform.json';

/** What is made of a title beside its stream: a poster of its picture or its cover; thumbnails of its picture; of a title of sound alone, a waveform. */
export function wantedAssets({ video, audio, others }: Pick<SourceInfo, 'video' | 'audio' | 'others'>): string[] {
  const hasPicture = video !== undefined || others.some(({ kind }) => kind === 'cover');
  const drawn = video !== undefined ? [STORYBOARD] : audio.length > 0 ? [WAVEFORM] : [];
  return [...(hasPicture ? [POSTER] : []), ...drawn];
}

/** Those that are wanted and not stored. A title that was not probed wants none yet. */
export async function missingAssets(store: Pick<SegmentStore, 'listAssets'>, { id, sourceInfo }: TitleRecord): Promise<string[]> {
  if (!sourceInfo) return [];
  const stored = await store.listAssets(id);
  return wantedAssets(sourceInfo).filter((name) => !stored.includes(name));
}
