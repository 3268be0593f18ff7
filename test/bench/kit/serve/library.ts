import { link, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSqliteCatalogue } from '../../../../pipeline/catalogue/sqlite-catalogue.ts';
import { renderMediaPlaylist } from '../../../../pipeline/model/hls/render-media-playlist.ts';
import { renderMultivariant } from '../../../../pipeline/model/hls/render-multivariant.ts';
import type { Plan } from '../../../../pipeline/model/plan.ts';
import { planTimeline } from '../../../../pipeline/model/timeline/boundaries.ts';
import { segmentCount } from '../../../../pipeline/model/timeline/segments.ts';
import { createFsSegmentStore } from '../../../../pipeline/storage/fs-segment-store.ts';
import { smallRung, videoRendition } from '../../../pipeline/model/hls/sample-plan.ts';

/** Sizes of segments by rendition. */
export const SEGMENT_BYTES = { v1080: 1_500_000, v360: 150_000 } as const;

export interface ServedLibrary {
  /** A media home in which all is encoded. */
  mediaDir: string;
  /** The same as plain files, at the same addresses. */
  staticDir: string;
  plan: Plan;
  titleIds: string[];
}

/** Titles whose segments are noise: nobody here decodes them. All have the small rung, the first the large one too. */
export async function makeServedLibrary(folder: string, { titles, seconds }: { titles: number; seconds: number }): Promise<ServedLibrary> {
  const [mediaDir, staticDir] = [join(folder, 'media'), join(folder, 'static')];
  const store = createFsSegmentStore({ root: join(mediaDir, 'streams') });
  await mkdir(mediaDir, { recursive: true });
  const rungs = [smallRung(), videoRendition({ id: 'v1080', width: 1920, height: 1080, maxrateBps: 4_500_000 })];
  const titleIds = Array.from({ length: titles }, (_, index) => `bench${index}`);
  const plans: Plan[] = [];
  for (const titleId of titleIds) {
    const renditions = titleId === titleIds[0] ? rungs : rungs.slice(0, 1);
    const timeline = planTimeline(seconds * 90_000);
    const plan: Plan = { version: 1, titleId, revision: 0, originTicks: 0, timeline, encoderFingerprint: 'bench', renditions };
    plans.push(plan);
    const source = { path: `originals/${titleId}/film.mp4`, originalName: 'film.mp4', sizeBytes: 1, identity: titleId };
    const record = { version: 1, id: titleId, name: titleId, kind: 'file', createdAtMs: 0, source, planRevision: 0, report: [] } as const;
    await store.writeTitle({ ...record, report: [] });
    await store.writePlan(plan);
    await mkdir(join(staticDir, 'titles', titleId), { recursive: true });
    await writeFile(join(staticDir, 'titles', titleId, 'multivariant.m3u8'), renderMultivariant(plan));
    for (const { id } of renditions) await fillRendition(plan, id as keyof typeof SEGMENT_BYTES);
  }
  // Made here, so that the server finds a library that it knows.
  await (await openSqliteCatalogue({ path: join(mediaDir, 'catalogue.sqlite') })).close();
  return { mediaDir, staticDir, plan: plans[0]!, titleIds };

  async function fillRendition(plan: Plan, id: keyof typeof SEGMENT_BYTES): Promise<void> {
    const { titleId } = plan;
    const [kept, plain] = [join(mediaDir, 'streams', titleId, id), join(staticDir, 'titles', titleId, id)];
    await Promise.all([mkdir(kept, { recursive: true }), mkdir(plain, { recursive: true })]);
    const rendition = plan.renditions.find((candidate) => candidate.id === id)!;
    await writeFile(join(plain, 'media.m3u8'), renderMediaPlaylist(plan, rendition));
    for (let segment = -1; segment < segmentCount(plan.timeline); segment++) {
      const name = segment < 0 ? 'init.mp4' : `${segment}.m4s`;
      await writeFile(join(kept, name), Buffer.alloc(segment < 0 ? 1000 : SEGMENT_BYTES[id], `${titleId}${name}`));
      await link(join(kept, name), join(plain, name));
    }
  }
}
