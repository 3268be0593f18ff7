import { parseAttributeList, quote, renderAttributeList, required } from './attribute-list.ts';
import { PlaylistError } from './playlist-error.ts';

/** EXT-X-MAP (rfc8216bis 4.4.4.5): the init segment of the segments that follow. Required for fMP4 (Apple authoring 8.20). */
export interface MediaMap {
  /** URI, required. */
  uri: string;
}

export function renderMediaMap(map: MediaMap): string {
  return `#EXT-X-MAP:${renderAttributeList([['URI', quote(map.uri)]])}`;
}

export function parseMediaMap(value: string, line: number): MediaMap {
  const attributes = parseAttributeList(value, line);
  if (attributes.raw('BYTERANGE') !== undefined) throw new PlaylistError('An EXT-X-MAP with a BYTERANGE cannot be read here', line);
  return { uri: required(attributes.quoted('URI'), 'URI', line) };
}
