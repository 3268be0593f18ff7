import { AppError } from '../errors.ts';
import type { AuditInput } from '../model/hls/audit/audit-input.ts';
import type { MeasuredBandwidth } from '../model/hls/measure-bandwidth.ts';
import { measureRendition } from '../model/hls/measure-rendition.ts';
import { renderMediaPlaylist } from '../model/hls/render-media-playlist.ts';
import { renderMultivariant } from '../model/hls/render-multivariant.ts';
import type { Plan } from '../model/plan.ts';
import type { SegmentStore } from '../storage/segment-store.ts';
import { loadAuditInput } from './load-audit-input.ts';
import type { MediaSource, ReadResult } from './media-source.ts';

const ORIGIN = 'http://title.invalid/';

/** A title of the library: its playlists as the server renders them, its segments as they are stored. Throws AppError `not_found`. */
export async function loadFromStore(titleId: string, store: SegmentStore): Promise<AuditInput> {
  return loadAuditInput(await createStoreSource(titleId, store));
}

export async function createStoreSource(titleId: string, store: SegmentStore): Promise<MediaSource> {
  const plan = await store.readPlan(titleId);
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
  if (path === 'multivariant.m3u8') return new TextEncoder().encode(renderMultivariant(plan, await measure(plan, store)));
  const [renditionId = '', fileName = ''] = path.split('/');
  const rendition = plan.renditions.find(({ id }) => id === renditionId);
  if (!rendition) return undefined;
  if (fileName === 'media.m3u8') return new TextEncoder().encode(renderMediaPlaylist(plan, rendition));
  return store.readFile(plan.titleId, renditionId, fileName);
}

async function measure(plan: Plan, store: SegmentStore): Promise<Map<string, MeasuredBandwidth>> {
  const measured = new Map<string, MeasuredBandwidth>();
  for (const rendition of plan.renditions) {
    const bandwidth = measureRendition(plan.timeline, rendition, await store.listSegments(plan.titleId, rendition.id));
    if (bandwidth) measured.set(rendition.id, bandwidth);
  }
  return measured;
}
