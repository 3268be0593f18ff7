import type { SourceInfo } from './source-info.ts';

/** What a source says of itself, as far as a library shows it. */
export interface TitleTags {
  title?: string;
  artist?: string;
  album?: string;
  /** Position on the album. */
  track?: number;
  year?: number;
}

/** Undefined when nothing of it is stated. Containers have names of their own for the same thing; ffmpeg has made most of them one. */
export function readTitleTags({ tags }: Pick<SourceInfo, 'tags'>): TitleTags | undefined {
  const read = {
    title: tags.title,
    artist: tags.artist ?? tags.album_artist ?? tags.author,
    album: tags.album,
    track: numberIn(tags.track ?? tags.tracknumber, /^(\d{1,4})(?:\s*\/\s*\d+)?$/),
    year: numberIn(tags.date ?? tags.year ?? tags.originaldate, /^(\d{4})(?!\d)/),
  };
  const stated = Object.entries(read).filter(([, value]) => value !== undefined);
  return stated.length === 0 ? undefined : Object.fromEntries(stated);
}

/** `3` of `3/12`, `1999` of `1999-05-01`; nothing of 0 or nonsense. */
function numberIn(text: string | undefined, form: RegExp): number | undefined {
  const number = Number(form.exec(text?.trim() ?? '')?.[1]);
  return number > 0 ? number : undefined;
}
