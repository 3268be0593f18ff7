import type { Track } from './track.ts';

export const TRACK_ORDERS = ['album', 'artist', 'title', 'newest'] as const;
export type TrackOrder = (typeof TRACK_ORDERS)[number];

export interface TrackSearch {
  /** Words that title, artist or album have, all of them. */
  q?: string | undefined;
  artist?: string | undefined;
  album?: string | undefined;
  /** `album`: as records stand on a shelf, each in its own order. */
  order?: TrackOrder | undefined;
}

/** Those that are meant, in their order. Upper and lower case, accents and forms of Unicode make no difference. */
export function searchTracks(tracks: readonly Track[], { q = '', artist, album, order = 'album' }: TrackSearch): Track[] {
  const words = fold(q).split(/\s+/).filter(Boolean);
  const isMeant = (track: Track): boolean => {
    const said = fold([track.title, track.artist, track.album].filter(Boolean).join(' '));
    return words.every((word) => said.includes(word)) && isSame(artist, track.artist) && isSame(album, track.album);
  };
  return tracks.filter(isMeant).sort((a, b) => ORDERS[order](a, b) || compareText(a.title, b.title) || compareText(a.id, b.id));
}

type Compare = (a: Track, b: Track) => number;

const byAlbum: Compare = (a, b) => compareText(a.album, b.album) || (a.track ?? MANY) - (b.track ?? MANY);

const ORDERS: Readonly<Record<TrackOrder, Compare>> = {
  album: (a, b) => byAlbum(a, b),
  artist: (a, b) => compareText(a.artist, b.artist) || byAlbum(a, b),
  title: () => 0,
  newest: (a, b) => b.createdAtMs - a.createdAtMs,
};

/** More than a record has; what has no number comes last. */
const MANY = 100_000;

function isSame(wanted: string | undefined, stated: string | undefined): boolean {
  return wanted === undefined || fold(wanted) === fold(stated ?? '');
}

/** What states nothing comes last. */
function compareText(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return COLLATOR.compare(a, b);
}

const COLLATOR = new Intl.Collator('und', { numeric: true });

function fold(text: string): string {
  // Decomposed, less the accents, and composed again: Hangul is whole after it.
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase();
}
