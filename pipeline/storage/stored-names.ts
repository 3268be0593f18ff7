/**
 * Which names may reach the file system. Everything else is refused before a path is built, so no title, rendition or
 * file name that a client sends can leave the store's folder.
 */

export function isTitleId(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name);
}

export function isRenditionId(name: string): boolean {
  return /^[a-z][a-z0-9-]{0,63}$/.test(name);
}

/** Pictures and their index, what is drawn, and texts: `poster.jpg`, `storyboard.vtt`, `waveform.json`, `subtitles.json`. */
export function isAssetName(name: string): boolean {
  return /^[a-z0-9-]{1,64}\.(jpg|vtt|png|json)$/.test(name) && !isDocumentName(name);
}

/** What the store keeps of a title itself, in the same folder. */
function isDocumentName(name: string): boolean {
  return name === 'title.json' || name.startsWith('plan-');
}

/** The number of `<n>.m4s`, or undefined. `07.m4s` is not a segment: each has one name. */
export function parseSegmentName(name: string): number | undefined {
  const digits = /^(0|[1-9][0-9]{0,8})\.m4s$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function isRenditionFileName(name: string): boolean {
  return name === 'init.mp4' || parseSegmentName(name) !== undefined;
}

/** The revision of `plan-<revision>.json`, or undefined. */
export function parsePlanName(name: string): number | undefined {
  const digits = /^plan-(0|[1-9][0-9]{0,8})\.json$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** A source's path, relative to the media home: below originals/, and nowhere else by any step of it. */
export function isOriginalPath(path: string): boolean {
  const [folder, ...rest] = path.split('/');
  return folder === 'originals' && rest.length > 0 && rest.every((name) => !['', '.', '..'].includes(name) && !name.includes('\0'));
}
