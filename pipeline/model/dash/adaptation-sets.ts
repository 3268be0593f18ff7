import type { CaptionChannel } from '../captions.ts';
import { nameTrack } from '../hls/text-renditions.ts';
import {
  type AudioRenditionPlan,
  codecOf,
  type HdrFormat,
  type IframeRenditionPlan,
  type Timeline,
  type VideoRenditionPlan,
} from '../plan.ts';
import { revisedId } from '../revised-id.ts';
import type { TextTrack } from '../text/text-tracks.ts';
import { renderSegmentTemplate } from './segment-template.ts';
import { element, textElement } from './xml.ts';

/** ISO/IEC 23009-1 5.8.5.5 */
const ROLE = 'urn:mpeg:dash:role:2011';
/** DASH-IF IOP 3.2.9: pictures to look for a place by; the value is the id of the set that they belong to. */
const TRICK_MODE = 'http://dashif.org/guidelines/trickmode';
const CICP = 'urn:mpeg:mpegB:cicp:';
/** ISO/IEC 23091-2 8.2: transfer characteristics. */
const TRANSFER = { PQ: 16, HLG: 18 } as const;
const BT2020 = 9;

/** Bits per second that a text is said to take: nobody chooses by it. */
const TEXT_BPS = 1_000;

/** Of one codec and range; players switch between its renditions and never leave it. */
export interface VideoSet {
  id: number;
  /** The higher, the sooner it is chosen among those that a player can play. */
  priority: number;
  renditions: readonly VideoRenditionPlan[];
  captionChannels: readonly CaptionChannel[];
}

type BandwidthOf = (rendition: VideoRenditionPlan | IframeRenditionPlan | AudioRenditionPlan) => number;

/** Children stand in the order of the schema: it is a sequence. */
export function renderVideoSet(timeline: Timeline, set: VideoSet, bandwidthOf: BandwidthOf): string {
  const { id, priority, renditions, captionChannels } = set;
  const [first] = renditions as [VideoRenditionPlan];
  return element('AdaptationSet', { ...segmented(id, 'video'), startWithSAP: 1, selectionPriority: priority, ...largest(renditions) }, [
    ...renderColors(first.hdr),
    ...captionChannels.map((channel) => element('Accessibility', { schemeIdUri: 'urn:scte:dash:cc:cea-608:2015', value: channel })),
    element('Role', { schemeIdUri: ROLE, value: 'main' }),
    renderSegmentTemplate(timeline, first),
    ...renditions.map((rendition) =>
      element('Representation', {
        ...picture(rendition),
        frameRate: renderFrameRate(rendition.frameRate),
        bandwidth: bandwidthOf(rendition),
      }),
    ),
  ]);
}

export function renderTrickSet(
  timeline: Timeline,
  set: { id: number; ofSet: number; renditions: readonly IframeRenditionPlan[] },
  bandwidthOf: BandwidthOf,
): string {
  const { id, ofSet, renditions } = set;
  const [first] = renditions as [IframeRenditionPlan];
  return element('AdaptationSet', { ...segmented(id, 'video'), startWithSAP: 1, ...largest(renditions) }, [
    element('EssentialProperty', { schemeIdUri: TRICK_MODE, value: ofSet }),
    renderSegmentTemplate(timeline, first),
    ...renditions.map((rendition) =>
      element('Representation', { ...picture(rendition), bandwidth: bandwidthOf(rendition), codingDependency: false }),
    ),
  ]);
}

/** One track in one coding: its grid is its own. */
export function renderAudioSet(
  timeline: Timeline,
  { id, priority, rendition }: { id: number; priority: number; rendition: AudioRenditionPlan },
  bandwidthOf: BandwidthOf,
): string {
  const { language, channels, name, isDefault, role, codecs, timescale } = rendition;
  return element('AdaptationSet', { ...segmented(id, 'audio'), startWithSAP: 1, lang: language, selectionPriority: priority }, [
    // ISO/IEC 23091-3, by way of ISO/IEC 23003-3: for one to six channels the value is their number.
    element('AudioChannelConfiguration', { schemeIdUri: 'urn:mpeg:dash:23003:3:audio_channel_configuration:2011', value: channels }),
    textElement('Label', name || language),
    role === 'description' ? element('Accessibility', { schemeIdUri: 'urn:tva:metadata:cs:AudioPurposeCS:2007', value: 1 }) : undefined,
    element('Role', { schemeIdUri: ROLE, value: role ?? (isDefault ? 'main' : 'alternate') }),
    renderSegmentTemplate(timeline, rendition),
    element('Representation', { id: rendition.id, codecs, audioSamplingRate: timescale, bandwidth: bandwidthOf(rendition) }),
  ]);
}

/** A text is one file, beside the segments. */
export function renderTextSet({ id, track, revision }: { id: number; track: TextTrack; revision: number }): string {
  const { language, isForced, isHearingImpaired } = track;
  const textId = revisedId(track.id, revision);
  const role = isForced ? 'forced-subtitle' : isHearingImpaired ? 'caption' : 'subtitle';
  return element('AdaptationSet', { id, contentType: 'text', mimeType: 'text/vtt', lang: language }, [
    textElement('Label', nameTrack(track)),
    element('Role', { schemeIdUri: ROLE, value: role }),
    element('Representation', { id: textId, bandwidth: TEXT_BPS }, [textElement('BaseURL', `${textId}/${WHOLE_TEXT}`)]),
  ]);
}

/** All of a subtitle track in one file. */
export const WHOLE_TEXT = 'text.vtt';

/** One for each codec and range, in the order of the plan: its first is what every player has. */
export function videoFamilies(video: readonly VideoRenditionPlan[]): VideoRenditionPlan[][] {
  const families = new Map<string, VideoRenditionPlan[]>();
  for (const rendition of video) {
    const family = `${codecOf(rendition)} ${rendition.hdr?.range ?? 'SDR'}`;
    families.set(family, [...(families.get(family) ?? []), rendition]);
  }
  return [...families.values()];
}

function segmented(id: number, kind: 'video' | 'audio') {
  return { id, contentType: kind, mimeType: `${kind}/mp4`, segmentAlignment: true };
}

function largest(renditions: readonly { width: number; height: number }[]) {
  return { maxWidth: Math.max(...renditions.map(({ width }) => width)), maxHeight: Math.max(...renditions.map(({ height }) => height)) };
}

function picture({ id, codecs, width, height }: VideoRenditionPlan | IframeRenditionPlan) {
  return { id, codecs, width, height, sar: '1:1' };
}

function renderColors(hdr: HdrFormat | undefined): string[] {
  if (!hdr) return [];
  const colors = { ColourPrimaries: BT2020, TransferCharacteristics: TRANSFER[hdr.range], MatrixCoefficients: BT2020 };
  return Object.entries(colors).map(([name, value]) => element('SupplementalProperty', { schemeIdUri: CICP + name, value }));
}

/** As a ratio of integers, the only form there is (ISO/IEC 23009-1 5.3.12.2): `25`, `30000/1001`, `12345/1000`. */
export function renderFrameRate(frameRate: number): string {
  const near = (value: number): boolean => Math.abs(value - Math.round(value)) < 0.002;
  if (near(frameRate)) return `${Math.round(frameRate)}`;
  return near(frameRate * 1.001) ? `${Math.round(frameRate * 1.001) * 1000}/1001` : `${Math.round(frameRate * 1000)}/1000`;
}
