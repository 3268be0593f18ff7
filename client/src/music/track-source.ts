import { parseMediaPlaylist } from '../../../pipeline/model/hls/parse-playlist.ts';
import { fetchTitle } from '../api.ts';

/** What is played of a track. */
export interface TrackSource {
  /** Of the sound alone, as MSE takes it. */
  mimeType: string;
  durationSeconds: number;
  initUrl: string;
  segmentUrls: string[];
}

/** The default sound of a title, segment by segment. */
export async function openTrack(titleId: string, signal: AbortSignal): Promise<TrackSource> {
  const title = await fetchTitle(titleId, signal);
  const sound = title.renditions.find(({ kind }) => kind === 'audio');
  if (sound === undefined || title.durationSeconds === null) throw new Error(`${title.name} has no sound that can be played yet`);
  const response = await fetch(sound.playlistUrl, { signal });
  const { segments } = parseMediaPlaylist(await response.text());
  const base = new URL(sound.playlistUrl, location.href);
  return {
    mimeType: `audio/mp4; codecs="${sound.codecs}"`,
    durationSeconds: title.durationSeconds,
    initUrl: new URL(segments[0]?.map?.uri ?? 'init.mp4', base).href,
    segmentUrls: segments.map(({ uri }) => new URL(uri, base).href),
  };
}
