import { knownBandwidth } from '../hls/estimate-bandwidth.ts';
import type { MeasuredBandwidths } from '../hls/render-multivariant.ts';
import { NO_TEXT, type TitleText } from '../hls/text-renditions.ts';
import type { Plan, RenditionPlan, Timeline } from '../plan.ts';
import { VIDEO_TIMESCALE } from '../time.ts';
import { renderAudioSet, renderTextSet, renderTrickSet, renderVideoSet, videoFamilies } from './adaptation-sets.ts';
import { element } from './xml.ts';

const NAMESPACE = 'urn:mpeg:dash:schema:mpd:2011';
const PROFILE = 'urn:mpeg:dash:profile:isoff-live:2011';

/**
 * The media presentation description of a title (ISO/IEC 23009-1), as text: the same files as in the HLS playlists, the same bit
 * rates, on the same timeline. Complete before a frame is encoded; addresses are relative.
 * It changes when `measured` does: it must always be revalidated.
 */
export function renderManifest(
  plan: Pick<Plan, 'timeline' | 'renditions' | 'revision'>,
  measured?: MeasuredBandwidths,
  text: TitleText = NO_TEXT,
): string {
  const duration = renderDuration(plan.timeline);
  const attributes = {
    ...{ xmlns: NAMESPACE, profiles: PROFILE, type: 'static', mediaPresentationDuration: duration },
    minBufferTime: `PT${plan.timeline.targetDurationSeconds}S`,
  };
  const period = element('Period', { id: 0, start: 'PT0S', duration }, renderSets(plan, measured, text));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('MPD', attributes, [period])}\n`;
}

function renderSets(
  { timeline, renditions, revision }: Pick<Plan, 'timeline' | 'renditions' | 'revision'>,
  measured: MeasuredBandwidths | undefined,
  { tracks, captionChannels }: TitleText,
): string[] {
  const bandwidthOf = (rendition: RenditionPlan): number => Math.ceil(knownBandwidth(rendition, timeline, measured).peakBps);
  const families = videoFamilies(renditions.filter((rendition) => rendition.kind === 'video'));
  const audio = renditions.filter((rendition) => rendition.kind === 'audio');
  const iframes = renditions.filter((rendition) => rendition.kind === 'iframe');
  let lastId = -1;
  const nextId = (): number => (lastId += 1);
  // Sound that is the default goes before what is not; within that, the first planned is what every player has.
  const byDefault = [...audio].sort((a, b) => Number(b.isDefault) - Number(a.isDefault));
  return [
    ...families.map((family, index) =>
      renderVideoSet(timeline, { id: nextId(), priority: families.length - index, renditions: family, captionChannels }, bandwidthOf),
    ),
    ...byDefault.map((rendition, index) =>
      renderAudioSet(timeline, { id: nextId(), priority: byDefault.length - index, rendition }, bandwidthOf),
    ),
    ...(iframes.length > 0 && families.length > 0
      ? [renderTrickSet(timeline, { id: nextId(), ofSet: 0, renditions: iframes }, bandwidthOf)]
      : []),
    ...tracks.map((track) => renderTextSet({ id: nextId(), track, revision })),
  ];
}

/** xs:duration, exact to the microsecond. */
function renderDuration({ boundaries }: Timeline): string {
  const ticks = (boundaries.at(-1) ?? 0) - (boundaries[0] ?? 0);
  return `PT${Math.round((ticks * 1e6) / VIDEO_TIMESCALE) / 1e6}S`;
}
