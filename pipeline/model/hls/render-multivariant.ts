import type { AudioRenditionPlan, IframeRenditionPlan, Plan, RenditionPlan, VideoRenditionPlan } from '../plan.ts';
import { knownBandwidth } from './estimate-bandwidth.ts';
import type { MeasuredBandwidth } from './measure-bandwidth.ts';
import type { MediaRendition } from './media-rendition.ts';
import { type MultivariantPlaylist, renderMultivariantText } from './multivariant-playlist.ts';
import { PLAYLIST_VERSION } from './render-media-playlist.ts';
import { CAPTION_GROUP, NO_TEXT, SUBTITLE_GROUP, type TitleText, textRenditions } from './text-renditions.ts';
import { uniqueName } from './unique-name.ts';
import type { IframeVariant, Variant } from './variant.ts';

/** Measured bit rates by rendition id; renditions that are not complete yet are absent and estimated from the plan. */
export type MeasuredBandwidths = ReadonlyMap<string, MeasuredBandwidth>;

/** Apple authoring 1.32: players start with the first variant, so it is the one nearest to this average. */
const FIRST_VARIANT_BPS = 2_000_000;

/**
 * The multivariant playlist of a title, as text. URIs are relative: `<renditionId>/media.m3u8`.
 * It changes when `measured` does: it must always be revalidated.
 */
export function renderMultivariant(plan: OfferedPlan, measured?: MeasuredBandwidths, text?: TitleText): string {
  return renderMultivariantText(planMultivariant(plan, measured, text));
}

type OfferedPlan = Pick<Plan, 'timeline' | 'renditions' | 'revision'>;

export function planMultivariant(plan: OfferedPlan, measured?: MeasuredBandwidths, text: TitleText = NO_TEXT): MultivariantPlaylist {
  const bandwidthOf = (rendition: RenditionPlan): MeasuredBandwidth => knownBandwidth(rendition, plan.timeline, measured);
  const video = plan.renditions.filter((rendition) => rendition.kind === 'video');
  const audio = plan.renditions.filter((rendition) => rendition.kind === 'audio');
  // A lone audio track without video is its variant, and an alternative to nothing.
  const groups = video.length === 0 && audio.length === 1 ? [] : audioGroups(audio);
  const variants = video.length > 0 ? videoVariants(video, groups, bandwidthOf) : audioVariants(audio, groups, bandwidthOf);
  return {
    kind: 'multivariant',
    version: PLAYLIST_VERSION,
    independentSegments: true,
    renditions: [...groups.flatMap(groupRenditions), ...textRenditions(text, plan.revision)],
    variants: inStartingOrder(variants).map((variant) => withText(variant, text)),
    iframes: plan.renditions.filter((rendition) => rendition.kind === 'iframe').map((rendition) => iframeVariant(rendition, bandwidthOf)),
  };
}

/** What a player loads first: the renditions of the first variant and its default sound. They are encoded first. */
export function startRenditions(plan: OfferedPlan): RenditionPlan[] {
  const { variants } = planMultivariant(plan);
  const picture = plan.renditions.filter((rendition) => mediaUri(rendition) === variants[0]?.uri);
  const [sound] = defaultFirst(plan.renditions.filter((rendition) => rendition.kind === 'audio'));
  return sound && !picture.includes(sound) ? [...picture, sound] : picture;
}

/** Audio that a variant can be played with: as far as there is, of one codec and one channel count, so that a switch needs no new decoder. */
interface AudioGroup {
  id: string;
  codecs: string;
  members: AudioRenditionPlan[];
}

function withText(variant: Variant, { tracks, captionChannels }: TitleText): Variant {
  return {
    ...variant,
    ...(tracks.length === 0 ? {} : { subtitleGroupId: SUBTITLE_GROUP }),
    closedCaptions: captionChannels.length > 0 ? { groupId: CAPTION_GROUP } : 'none',
  };
}

type BandwidthOf = (rendition: RenditionPlan) => MeasuredBandwidth;

/**
 * Every group has the same tracks under the same names (rfc8216bis 4.4.6.1.1): a track without 5.1 stands in the group of 5.1 with
 * its stereo.
 */
function audioGroups(audio: readonly AudioRenditionPlan[]): AudioGroup[] {
  const kinds = new Map(audio.map((rendition) => [`${rendition.codecs}-${layoutOf(rendition)}`, rendition]));
  const isOfTrack = (a: AudioRenditionPlan, b: AudioRenditionPlan): boolean => a.sourceStreamIndex === b.sourceStreamIndex;
  const tracks = audio.filter((rendition, index) => audio.findIndex((other) => isOfTrack(other, rendition)) === index);
  return [...kinds].map(([id, kind]) => {
    const isOfKind = (rendition: AudioRenditionPlan): boolean => rendition.codecs === kind.codecs && layoutOf(rendition) === layoutOf(kind);
    const members = tracks.map((track) => audio.find((rendition) => isOfTrack(rendition, track) && isOfKind(rendition)) ?? track);
    return { id, codecs: [...new Set(members.map(({ codecs }) => codecs))].join(','), members };
  });
}

/** Mono plays wherever stereo does. */
function layoutOf({ channels }: AudioRenditionPlan): number {
  return Math.max(2, channels);
}

function videoVariants(video: readonly VideoRenditionPlan[], groups: readonly AudioGroup[], bandwidthOf: BandwidthOf): Variant[] {
  return video.flatMap((rendition) =>
    (groups.length === 0 ? [undefined] : groups).map(
      (group): Variant => ({
        ...bandwidthAttributes(bandwidthOf(rendition), group?.members.map(bandwidthOf) ?? []),
        codecs: [rendition.codecs, ...(group ? [group.codecs] : [])].join(','),
        resolution: { width: rendition.width, height: rendition.height },
        frameRate: Math.round(rendition.frameRate * 1000) / 1000,
        videoRange: rendition.hdr?.range ?? 'SDR',
        ...(group ? { audioGroupId: group.id } : {}),
        uri: mediaUri(rendition),
      }),
    ),
  );
}

function iframeVariant(rendition: IframeRenditionPlan, bandwidthOf: BandwidthOf): IframeVariant {
  const { codecs, width, height } = rendition;
  return { ...bandwidthAttributes(bandwidthOf(rendition), []), codecs, resolution: { width, height }, uri: mediaUri(rendition) };
}

/** A title of sound alone: of each group, the variant is the default rendition itself, and the group lists it beside its alternatives. */
function audioVariants(audio: readonly AudioRenditionPlan[], groups: readonly AudioGroup[], bandwidthOf: BandwidthOf): Variant[] {
  const alone: AudioGroup[] = audio.map((rendition) => ({ id: '', codecs: rendition.codecs, members: [rendition] }));
  return (groups.length > 0 ? groups : alone).flatMap((group): Variant[] => {
    const [chosen] = defaultFirst(group.members);
    if (!chosen) return [];
    return [
      {
        // One of the group plays at a time: the largest alone.
        ...bandwidthAttributes({ peakBps: 0, averageBps: 0 }, group.members.map(bandwidthOf)),
        codecs: group.codecs,
        ...(group.id === '' ? {} : { audioGroupId: group.id }),
        uri: mediaUri(chosen),
      },
    ];
  });
}

/** Apple authoring 9.13: the largest sum of any playable combination, which is the video with the group's largest audio. */
function bandwidthAttributes(
  video: MeasuredBandwidth,
  audio: readonly MeasuredBandwidth[],
): Required<Pick<Variant, 'bandwidthBps' | 'averageBandwidthBps'>> {
  return {
    bandwidthBps: Math.ceil(video.peakBps + Math.max(0, ...audio.map((rendition) => rendition.peakBps))),
    averageBandwidthBps: Math.ceil(video.averageBps + Math.max(0, ...audio.map((rendition) => rendition.averageBps))),
  };
}

/**
 * The first nearest to 2 Mb/s on average, of those in the codec and with the sound that every player has (the first planned); the
 * rest codec by codec, by bit rate.
 */
function inStartingOrder(variants: readonly Variant[]): Variant[] {
  const families = [...new Set(variants.map(familyOf))];
  const rank = (variant: Variant): number => families.indexOf(familyOf(variant));
  const sorted = [...variants].sort((a, b) => rank(a) - rank(b) || a.bandwidthBps - b.bandwidthBps);
  const plain = sorted.filter((variant) => variant.audioGroupId === variants[0]?.audioGroupId && rank(variant) === 0);
  const distance = (variant: Variant): number => Math.abs((variant.averageBandwidthBps ?? 0) - FIRST_VARIANT_BPS);
  const [first] = [...plain].sort((a, b) => distance(a) - distance(b));
  return first ? [first, ...sorted.filter((variant) => variant !== first)] : [];
}

/** The picture's codec, e.g. `hvc1`. */
function familyOf({ codecs = '' }: Variant): string {
  return codecs.slice(0, 4);
}

/** rfc8216bis 4.4.6.1: players offer such a track to those who have asked their system for it. Of commentaries HLS knows nothing. */
const CHARACTERISTICS = { description: ['public.accessibility.describes-video'], commentary: undefined } as const;

/**
 * EXT-X-MEDIA of one group. Names are made unique, at most one is the default, and only the first of a language and a use is
 * selected automatically (the MUSTs of rfc8216bis 4.4.6.1.1); a commentary never is, unless there is nothing else.
 */
function groupRenditions(group: AudioGroup): MediaRendition[] {
  const names = new Set<string>();
  const uses = new Set<string>();
  const chosen = defaultFirst(group.members)[0];
  return defaultFirst(group.members).map((rendition) => {
    const name = uniqueName(rendition.name || rendition.language, names);
    const use = `${rendition.language} ${rendition.role}`;
    const isFirstOfUse = !uses.has(use);
    const characteristics = rendition.role && CHARACTERISTICS[rendition.role];
    names.add(name);
    uses.add(use);
    return {
      type: 'AUDIO',
      groupId: group.id,
      name,
      language: rendition.language,
      isDefault: rendition === chosen,
      autoselect: rendition === chosen || (isFirstOfUse && rendition.role !== 'commentary'),
      ...(characteristics === undefined ? {} : { characteristics }),
      channels: `${rendition.channels}`,
      uri: mediaUri(rendition),
    };
  });
}

function defaultFirst(audio: readonly AudioRenditionPlan[]): AudioRenditionPlan[] {
  return [...audio].sort((a, b) => Number(b.isDefault) - Number(a.isDefault));
}

function mediaUri(rendition: RenditionPlan): string {
  return `${rendition.id}/media.m3u8`;
}
