import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Catalogue } from '../pipeline/catalogue/catalogue.ts';
import type { EventBus } from '../pipeline/event-bus.ts';
import { removeFailure } from '../pipeline/ingest/fail.ts';
import type { TitleRecord } from '../pipeline/model/title.ts';
import type { SegmentStore } from '../pipeline/storage/segment-store.ts';

export interface TitleRemoverOptions {
  mediaDir: string;
  store: SegmentStore;
  catalogue: Catalogue;
  bus: EventBus;
  /** Resolves when nothing encodes the title any more. */
  endWork(titleId: string): Promise<void>;
  /** Of a title that could not be removed, what it lacks is made after all. */
  resumeWork(titleId: string): unknown;
}

/**
 * Removes a title for good. Its original goes first: were we killed in between, an original without a title would become
 * one again at the next start, while a title without an original can still be removed.
 */
export function createTitleRemover({ mediaDir, store, catalogue, bus, endWork, resumeWork }: TitleRemoverOptions) {
  return async function removeTitle(titleId: string): Promise<void> {
    const record = await store.readTitle(titleId);
    await endWork(titleId);
    try {
      if (record !== undefined) await removeOriginal(mediaDir, record);
      await store.removeTitle(titleId);
      await catalogue.removeTitle(titleId);
    } catch (error) {
      resumeWork(titleId);
      throw error;
    }
    bus.publish({ type: 'title-removed', titleId });
  };
}

/** A title has a folder of its own in originals/; a failed one lies in failed/ beside its reason. */
async function removeOriginal(mediaDir: string, { id, source }: TitleRecord): Promise<void> {
  if (dirname(source.path) === 'failed') await removeFailure(join(mediaDir, source.path));
  await rm(join(mediaDir, 'originals', id), { recursive: true, force: true });
}
