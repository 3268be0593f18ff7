import { parseAttributeList, quote, renderAttributeList, required, yesNo } from './attribute-list.ts';
import { PlaylistError } from './playlist-error.ts';

/** EXT-X-MEDIA (rfc8216bis 4.4.6.1): one rendition of a group that variants name. */
export interface MediaRendition {
  /** TYPE, required. */
  type: MediaType;
  /** GROUP-ID, required. */
  groupId: string;
  /** NAME, required, for people; unique within its group. */
  name: string;
  /** LANGUAGE, BCP 47. Optional in the format, required by Apple authoring 8.10 for all but video. */
  language?: string;
  /** DEFAULT: played unless the viewer chooses another; one per group at most. */
  isDefault: boolean;
  /** AUTOSELECT: may be chosen by the viewer's settings; MUST be YES where DEFAULT is. */
  autoselect: boolean;
  /** FORCED, of subtitles: shown also to those who want none. */
  isForced?: boolean;
  /** INSTREAM-ID: the channel of closed captions, required for them. */
  instreamId?: string;
  /** CHARACTERISTICS: Media Characteristic Tags, e.g. `public.accessibility.describes-video`. */
  characteristics?: readonly string[];
  /** CHANNELS: for audio a channel count, e.g. `2`; should stand on every audio rendition. */
  channels?: string;
  /** URI of its media playlist. Absent when the media is inside the variant's own; required for subtitles. */
  uri?: string;
}

const MEDIA_TYPES = ['AUDIO', 'VIDEO', 'SUBTITLES', 'CLOSED-CAPTIONS'] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

export function renderMediaRendition(rendition: MediaRendition): string {
  return `#EXT-X-MEDIA:${renderAttributeList([
    ['TYPE', rendition.type],
    ['GROUP-ID', quote(rendition.groupId)],
    ['NAME', quote(rendition.name)],
    ['LANGUAGE', quote(rendition.language)],
    ['DEFAULT', yesNo(rendition.isDefault)],
    ['AUTOSELECT', yesNo(rendition.autoselect)],
    ['FORCED', rendition.isForced === undefined ? undefined : yesNo(rendition.isForced)],
    ['INSTREAM-ID', quote(rendition.instreamId)],
    ['CHARACTERISTICS', quote(rendition.characteristics?.join(','))],
    ['CHANNELS', quote(rendition.channels)],
    ['URI', quote(rendition.uri)],
  ])}`;
}

export function parseMediaRendition(value: string, line: number): MediaRendition {
  const attributes = parseAttributeList(value, line);
  const stated = required(attributes.enumerated('TYPE'), 'TYPE', line);
  const type = MEDIA_TYPES.find((candidate) => candidate === stated);
  if (!type) throw new PlaylistError(`TYPE=${stated} is not one of ${MEDIA_TYPES.join(', ')}`, line);
  const language = attributes.quoted('LANGUAGE');
  const channels = attributes.quoted('CHANNELS');
  const uri = attributes.quoted('URI');
  const isForced = attributes.yesNo('FORCED');
  const instreamId = attributes.quoted('INSTREAM-ID');
  const characteristics = attributes.quoted('CHARACTERISTICS');
  const isDefault = attributes.yesNo('DEFAULT') ?? false;
  return {
    type,
    groupId: required(attributes.quoted('GROUP-ID'), 'GROUP-ID', line),
    name: required(attributes.quoted('NAME'), 'NAME', line),
    ...(language === undefined ? {} : { language }),
    isDefault,
    // The default value of AUTOSELECT is NO, and of a default rendition YES is the only one allowed (4.4.6.1).
    autoselect: attributes.yesNo('AUTOSELECT') ?? isDefault,
    ...(isForced === undefined ? {} : { isForced }),
    ...(instreamId === undefined ? {} : { instreamId }),
    ...(characteristics === undefined ? {} : { characteristics: characteristics.split(',') }),
    ...(channels === undefined ? {} : { channels }),
    ...(uri === undefined ? {} : { uri }),
  };
}
