import type { Catalogue } from '../pipeline/catalogue/catalogue.ts';
import { renditionRevision } from '../pipeline/catalogue/derive-state.ts';
import { renderMediaPlaylist } from '../pipeline/model/hls/render-media-playlist.ts';
import { renderMultivariant } from '../pipeline/model/hls/render-multivariant.ts';
import { renderSubtitlePlaylist } from '../pipeline/model/hls/subtitle-playlist.ts';
import { findTextTrack } from '../pipeline/model/hls/text-renditions.ts';
import { offeredPlan } from '../pipeline/model/offered-plan.ts';
import type { SegmentStore } from '../pipeline/storage/segment-store.ts';
import { readTitleText } from '../pipeline/text/title-text.ts';
import type { CacheKind } from './http/cache-policy.ts';
import type { MediaTarget } from './http/media-path.ts';
import { readMeasuredBandwidths } from './measured-bandwidths.ts';

export interface PlaylistServices {
  store: SegmentStore;
  catalogue: Catalogue;
}

export interface RenderedPlaylist {
  text: string;
  cache: CacheKind;
}

/** A playlist as it is now: made from the plan, so complete before a frame is encoded. Undefined where there is none (yet). */
export function readPlaylist(
  services: PlaylistServices,
  target: Exclude<MediaTarget, { kind: 'file' }>,
): Promise<RenderedPlaylist | undefined> {
  return target.kind === 'multivariant'
    ? readMultivariant(services, target.titleId)
    : readMediaPlaylist(services, target.titleId, target.renditionId);
}

async function readMultivariant({ store, catalogue }: PlaylistServices, titleId: string): Promise<RenderedPlaylist | undefined> {
  const plan = await store.readPlan(titleId);
  if (plan === undefined) return undefined;
  const offered = offeredPlan(plan, (await catalogue.getTitle(titleId))?.record ?? {});
  const [measured, text] = await Promise.all([readMeasuredBandwidths(catalogue, offered), readTitleText(store, titleId)]);
  return { text: renderMultivariant(offered, measured, text), cache: 'multivariant' };
}

/** Of a rendition of the plan, or of a subtitle track beside it. */
async function readMediaPlaylist({ store }: PlaylistServices, titleId: string, renditionId: string): Promise<RenderedPlaylist | undefined> {
  const plan = await store.readPlan(titleId, renditionRevision(renditionId));
  if (plan === undefined) return undefined;
  const cache = plan.timeline.ended ? 'media-playlist' : 'live-data';
  const rendition = plan.renditions.find((candidate) => candidate.id === renditionId);
  if (rendition !== undefined) return { text: renderMediaPlaylist(plan, rendition), cache };
  const track = findTextTrack(await readTitleText(store, titleId), plan, renditionId);
  return track && { text: renderSubtitlePlaylist(plan.timeline), cache };
}
