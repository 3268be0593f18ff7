import type { Track } from '../pipeline/model/tracks/track.ts';
import { trackOf } from '../pipeline/model/tracks/track.ts';
import { POSTER } from '../pipeline/title-assets.ts';
import type { Services } from './services.ts';

/** What the API says of a track. */
export interface TrackView extends Omit<Track, 'hasCover'> {
  coverUrl: string | null;
  streamUrl: string;
  playlistUrl: string;
}

export function viewTrack({ hasCover, ...track }: Track): TrackView {
  const base = `/titles/${track.id}`;
  return {
    ...track,
    coverUrl: hasCover ? `${base}/${POSTER}` : null,
    streamUrl: streamPath(track),
    playlistUrl: `${base}/multivariant.m3u8`,
  };
}

export function streamPath({ id }: Pick<Track, 'id'>): string {
  return `/audio_stream?track_id=${id}`;
}

/** Every title of sound alone that can be played. */
export async function readTracks({ catalogue }: Pick<Services, 'catalogue'>): Promise<Track[]> {
  const titles = (await catalogue.listTitles()).filter(({ state }) => state === 'playable' || state === 'complete');
  return titles.flatMap(({ record, durationSeconds }) => trackOf(record, durationSeconds) ?? []);
}
