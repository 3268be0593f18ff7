import type { Track } from './track.ts';

/** Extended M3U, UTF-8. `addressOf` gives absolute addresses: a player has no place to count relative ones from. */
export function renderM3u(name: string, tracks: readonly Track[], addressOf: (track: Track) => string): string {
  const entries = tracks.flatMap((track) => [`#EXTINF:${renderSeconds(track)},${describe(track)}`, addressOf(track)]);
  return `${['#EXTM3U', `#PLAYLIST:${oneLine(name)}`, ...entries].join('\n')}\n`;
}

/** -1 says that it is not known. */
function renderSeconds({ durationSeconds }: Track): number {
  return durationSeconds === null ? -1 : Math.round(durationSeconds);
}

function describe({ artist, title }: Track): string {
  return oneLine(artist === undefined ? title : `${artist} - ${title}`);
}

/** A tag with an end of line in it must not become an entry of its own. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
