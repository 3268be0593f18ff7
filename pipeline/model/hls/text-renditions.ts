import type { CaptionChannel } from '../captions.ts';
import type { Plan } from '../plan.ts';
import { revisedId } from '../revised-id.ts';
import type { TextTrack } from '../text/text-tracks.ts';
import type { MediaRendition } from './media-rendition.ts';
import { uniqueName } from './unique-name.ts';

/** What a title offers to read, as the multivariant playlist lists it. */
export interface TitleText {
  tracks: readonly TextTrack[];
  /** Of CEA-608 captions inside the picture's own bitstream. */
  captionChannels: readonly CaptionChannel[];
}

export const NO_TEXT: TitleText = { tracks: [], captionChannels: [] };

export const SUBTITLE_GROUP = 'subtitles';
export const CAPTION_GROUP = 'captions';

/** Apple authoring 4.15: subtitles that stand in for the sound. */
const FOR_THE_DEAF = ['public.accessibility.transcribes-spoken-dialog', 'public.accessibility.describes-music-and-sound'];

/**
 * EXT-X-MEDIA of the text of a title. Names are made unique, at most one is the default, and only the first of a kind is
 * selected automatically (the MUSTs of rfc8216bis 4.4.6.1.1).
 */
export function textRenditions({ tracks, captionChannels }: TitleText, revision: number): MediaRendition[] {
  const names = new Set<string>();
  const kinds = new Set<string>();
  const chosen = tracks.find(({ isDefault }) => isDefault);
  const subtitles = [...tracks]
    .sort((a, b) => Number(b === chosen) - Number(a === chosen))
    .map((track): MediaRendition => {
      const name = uniqueName(nameTrack(track), names);
      names.add(name);
      const kind = `${track.language} ${track.isForced} ${track.isHearingImpaired}`;
      const isFirstOfKind = !kinds.has(kind);
      kinds.add(kind);
      return {
        type: 'SUBTITLES',
        groupId: SUBTITLE_GROUP,
        name,
        language: track.language,
        isDefault: track === chosen,
        autoselect: isFirstOfKind,
        isForced: track.isForced,
        ...(track.isHearingImpaired ? { characteristics: FOR_THE_DEAF } : {}),
        uri: `${revisedId(track.id, revision)}/media.m3u8`,
      };
    });
  return [...subtitles, ...captionChannels.map(captionRendition)];
}

/** What language captions are in stands nowhere. */
function captionRendition(channel: CaptionChannel, index: number): MediaRendition {
  return {
    type: 'CLOSED-CAPTIONS',
    groupId: CAPTION_GROUP,
    name: channel,
    language: 'und',
    isDefault: false,
    autoselect: index === 0,
    instreamId: channel,
  };
}

/** The track that a text rendition's id means under a plan; undefined for what is none. */
export function findTextTrack(text: TitleText, plan: Pick<Plan, 'revision'>, renditionId: string): TextTrack | undefined {
  return text.tracks.find(({ id }) => revisedId(id, plan.revision) === renditionId);
}

/** What its maker called it, else its language in that language's own words, as Apple's players list them. */
export function nameTrack({ title, language, isForced, isHearingImpaired }: TextTrack): string {
  if (title !== undefined) return title;
  const name = language === 'und' ? 'Subtitles' : (nameLanguage(language) ?? language);
  return [name, isForced ? '(forced)' : '', isHearingImpaired ? '(SDH)' : ''].filter(Boolean).join(' ');
}

function nameLanguage(language: string): string | undefined {
  try {
    return new Intl.DisplayNames([language, 'en'], { type: 'language' }).of(language);
  } catch {
    // Not a language tag after all: it stands for itself.
    return undefined;
  }
}
