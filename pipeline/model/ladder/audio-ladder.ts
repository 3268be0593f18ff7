import type { AudioRenditionPlan } from '../plan.ts';
import type { AudioStreamInfo } from '../source-info.ts';
import { type ChannelMix, planStereoMix, planSurroundMix } from './channel-mix.ts';

/** AAC-LC. */
const FRAME_SAMPLES = 1024;
const CODECS = 'mp4a.40.2';
const STEREO = { channels: 2, bitrateBps: 128_000 };
const SURROUND = { channels: 6, bitrateBps: 320_000 };

/** Discs have up to 32. What a file has above that is in its report, so that no file decides how many encoders run at once (I10). */
export const MOST_AUDIO_TRACKS = 32;
const LONGEST_NAME = 100;

/**
 * One stereo AAC-LC rendition for each audio track, in source order, `a1`, `a2`, …: one layout plays everywhere and lets a
 * player change track without a new decoder. After them, of each track that has 5.1 or more, its 5.1 (`a1-surround`). Names are for
 * people and unique (rfc8216bis 4.4.6.1: one NAME per rendition of a group); exactly one track is the default.
 */
export function planAudioRenditions(tracks: readonly AudioStreamInfo[]): AudioRenditionPlan[] {
  const planned = tracks.slice(0, MOST_AUDIO_TRACKS);
  const chosen = defaultTrack(planned);
  const taken = new Set<string>();
  const stereo = planned.map((track, index): AudioRenditionPlan => {
    const role = roleOf(track);
    return {
      id: `a${index + 1}`,
      kind: 'audio',
      sourceStreamIndex: track.index,
      timescale: outputSampleRate(track.sampleRate),
      frameSamples: FRAME_SAMPLES,
      ...STEREO,
      ...mixed(planStereoMix(track.channels, track.channelLayout)),
      codecs: CODECS,
      language: track.language ?? 'und',
      name: uniqueName(track, index, taken),
      isDefault: track === chosen,
      ...(role === undefined ? {} : { role }),
    };
  });
  const surround = planned.flatMap((track, index): AudioRenditionPlan[] => {
    const mix = planSurroundMix(track.channels, track.channelLayout);
    const beside = stereo[index];
    return mix && beside ? [{ ...beside, id: `${beside.id}-surround`, ...SURROUND, mix }] : [];
  });
  return [...stereo, ...surround];
}

function mixed(mix: ChannelMix | undefined): { mix?: ChannelMix } {
  return mix === undefined ? {} : { mix };
}

/** 44.1 kHz for its multiples and parts, 48 kHz for all else: no needless resampling, and every player has both. */
export function outputSampleRate(sourceRate: number): number {
  return sourceRate % 11_025 === 0 ? 44_100 : 48_000;
}

/** The first that is marked, but a film begins with its own sound: not with one for the blind, nor with a talk about it. */
function defaultTrack(tracks: readonly AudioStreamInfo[]): AudioStreamInfo | undefined {
  const own = tracks.filter((track) => roleOf(track) === undefined);
  const candidates = own.length > 0 ? own : tracks;
  return candidates.find((track) => track.isDefault) ?? candidates[0];
}

function roleOf({ isDescription, isCommentary }: AudioStreamInfo): AudioRenditionPlan['role'] {
  if (isDescription) return 'description';
  return isCommentary ? 'commentary' : undefined;
}

const ROLE_NAMES = { description: 'audio description', commentary: 'commentary' } as const;

function uniqueName(track: AudioStreamInfo, index: number, taken: Set<string>): string {
  // A playlist's quoted string holds neither quotes nor line ends (rfc8216bis 4.2).
  const printable = track.title?.replace(/[\p{Cc}"]+/gu, ' ').trim() ?? '';
  const title = [...printable].slice(0, LONGEST_NAME).join('').trim();
  const role = roleOf(track);
  const language = languageName(track.language) ?? `Audio ${index + 1}`;
  const wanted = title || (role === undefined ? language : `${language} (${ROLE_NAMES[role]})`);
  let name = wanted;
  for (let count = 2; taken.has(name); count++) name = `${wanted} (${count})`;
  taken.add(name);
  return name;
}

function languageName(language: string | undefined): string | undefined {
  return language === undefined ? undefined : new Intl.DisplayNames(['en'], { type: 'language' }).of(language);
}
