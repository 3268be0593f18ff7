import type { Catalogue } from '../pipeline/catalogue/catalogue.ts';
import { renditionRevision } from '../pipeline/catalogue/derive-state.ts';
import { renderManifest } from '../pipeline/model/dash/render-manifest.ts';
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
  contentType: string;
  cache: CacheKind;
}

/** RFC 8216 4 and Apple authoring 10.4. */
const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';
/** ISO/IEC 23009-1 annex C. */
const MANIFEST_TYPE = 'application/dash+xml';

/** A playlist as it is now: made from the plan, so complete before a frame is encoded. Undefined where there is none (yet). */
export function readPlaylist(
  services: PlaylistServices,
  target: Exclude<MediaTarget, { kind: 'file' }>,
): Promise<RenderedPlaylist | undefined> {
  return target.kind === 'media-playlist'
    ? readMediaPlaylist(services, target.titleId, target.renditionId)
    : readOffer(services, target.titleId, target.kind);
}

/** Of HLS or of DASH. */
async function readOffer(
  { store, catalogue }: PlaylistServices,
  titleId: string,
  kind: 'multivariant' | 'manifest',
): Promise<RenderedPlaylist | undefined> {
  const plan = await store.readPlan(titleId);
  if (plan === undefined) return undefined;
  const offered = offeredPlan(plan, (await catalogue.getTitle(titleId))?.record ?? {});
  const [measured, text] = await Promise.all([readMeasuredBandwidths(catalogue, offered), readTitleText(store, titleId)]);
  return kind === 'multivariant'
    ? { text: renderMultivariant(offered, measured, text), contentType: PLAYLIST_TYPE, cache: 'multivariant' }
    : { text: renderManifest(offered, measured, text), contentType: MANIFEST_TYPE, cache: 'multivariant' };
}

/** Of a rendition of the plan, or of a subtitle track beside it. */
async function readMediaPlaylist({ store }: PlaylistServices, titleId: string, renditionId: string): Promise<RenderedPlaylist | undefined> {
  const plan = await store.readPlan(titleId, renditionRevision(renditionId));
  if (plan === undefined) return undefined;
  const form = { contentType: PLAYLIST_TYPE, cache: plan.timeline.ended ? 'media-playlist' : 'live-data' } as const;
  const rendition = plan.renditions.find((candidate) => candidate.id === renditionId);
  if (rendition !== undefined) return { text: renderMediaPlaylist(plan, rendition), ...form };
  const track = findTextTrack(await readTitleText(store, titleId), plan, renditionId);
  return track && { text: renderSubtitlePlaylist(plan.timeline), ...form };
}
