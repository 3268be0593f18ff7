import { AppError } from '../errors.ts';
import type { AuditInput } from '../model/hls/audit/audit-input.ts';
import type { MeasuredBandwidth } from '../model/hls/measure-bandwidth.ts';
import { measureRendition } from '../model/hls/measure-rendition.ts';
import { renderMediaPlaylist } from '../model/hls/render-media-playlist.ts';
import { renderMultivariant } from '../model/hls/render-multivariant.ts';
import { renderSubtitlePlaylist, renderSubtitleSegment } from '../model/hls/subtitle-playlist.ts';
import { findTextTrack } from '../model/hls/text-renditions.ts';
import { offeredPlan } from '../model/offered-plan.ts';
import type { Plan } from '../model/plan.ts';
import { parseVtt } from '../model/text/parse-vtt.ts';
import { trackAsset } from '../model/text/subtitle-document.ts';
import { segmentCount } from '../model/timeline/segments.ts';
import type { SegmentStore } from '../storage/segment-store.ts';
import { readTitleText } from '../text/title-text.ts';
import { loadAuditInput } from './load-audit-input.ts';
import type { MediaSource, ReadResult } from './media-source.ts';

const ORIGIN = 'http://title.invalid/';

/** A title of the library: its playlists as the server renders them, its segments as they are stored. Throws AppError `not_found`. */
export async function loadFromStore(titleId: string, store: SegmentStore): Promise<AuditInput> {
  return loadAuditInput(await createStoreSource(titleId, store));
}

export async function createStoreSource(titleId: string, store: SegmentStore): Promise<MediaSource> {
  const [whole, title] = [await store.readPlan(titleId), await store.readTitle(titleId)];
  const plan = whole && offeredPlan(whole, title ?? {});
  if (!plan) throw new AppError('not_found', `There is no title '${titleId}' with a plan in the library.`);
  return {
    target: `title ${titleId}`,
    multivariantUrl: new URL('multivariant.m3u8', ORIGIN),
    describe: (url) => url.pathname.slice(1),
    async read(url): Promise<ReadResult> {
      const bytes = await readPlanned(plan, store, url.pathname.slice(1));
      return bytes ? { bytes } : { problem: 'It is not stored.' };
    },
  };
}

async function readPlanned(plan: Plan, store: SegmentStore, path: string): Promise<Uint8Array | undefined> {
  const text = await readTitleText(store, plan.titleId);
  if (path === 'multivariant.m3u8') return new TextEncoder().encode(renderMultivariant(plan, await measure(plan, store), text));
  const [renditionId = '', fileName = ''] = path.split('/');
  const rendition = plan.renditions.find(({ id }) => id === renditionId);
  const track = findTextTrack(text, plan, renditionId);
  if (track) return readText(plan, store, track.id, fileName);
  if (!rendition) return undefined;
  if (fileName === 'media.m3u8') return new TextEncoder().encode(renderMediaPlaylist(plan, rendition));
  return store.readFile(plan.titleId, renditionId, fileName);
}

/** As the server renders it, of what is stored: nothing is read from the source here. */
async function readText(plan: Plan, store: SegmentStore, trackId: string, fileName: string): Promise<Uint8Array | undefined> {
  if (fileName === 'media.m3u8') return new TextEncoder().encode(renderSubtitlePlaylist(plan.timeline));
  const stored = await store.readAsset(plan.titleId, trackAsset(trackId));
  const segment = Number(/^(\d+)\.vtt$/.exec(fileName)?.[1] ?? Number.NaN);
  if (!stored || !(segment < segmentCount(plan.timeline))) return undefined;
  return new TextEncoder().encode(renderSubtitleSegment(plan.timeline, parseVtt(new TextDecoder().decode(stored)), segment));
}

async function measure(plan: Plan, store: SegmentStore): Promise<Map<string, MeasuredBandwidth>> {
  const measured = new Map<string, MeasuredBandwidth>();
  for (const rendition of plan.renditions) {
    const bandwidth = measureRendition(plan.timeline, rendition, await store.listSegments(plan.titleId, rendition.id));
    if (bandwidth) measured.set(rendition.id, bandwidth);
  }
  return measured;
}
