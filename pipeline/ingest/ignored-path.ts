/** Endings under which browsers, torrent and transfer clients keep a file that they have not finished. */
const UNFINISHED = /\.(part|partial|crdownload|tmp|temp|download|opdownload|filepart|aria2|!qb|!ut|bc!)$/i;
/** Files that desktops leave in folders by themselves. */
const DESKTOP = /^(thumbs\.db|ehthumbs\.db|desktop\.ini)$/i;

/**
 * Whether ingest leaves a path alone. `relativePath` is relative to the inbox; a folder that is ignored hides all it
 * holds, so every part of the path is looked at.
 */
export function isIgnoredPath(relativePath: string): boolean {
  return relativePath.split(/[/\\]/).some(isIgnoredName);
}

function isIgnoredName(name: string): boolean {
  return name.startsWith('.') || name.startsWith('~') || name.endsWith('~') || UNFINISHED.test(name) || DESKTOP.test(name);
}
