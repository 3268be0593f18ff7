import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Catalogue } from '../../../pipeline/catalogue/catalogue.ts';
import { openSqliteCatalogue } from '../../../pipeline/catalogue/sqlite-catalogue.ts';
import { createLocalEventBus, type EventBus, type PipelineEvent } from '../../../pipeline/event-bus.ts';
import { createLog } from '../../../pipeline/log.ts';
import { createFsSegmentStore } from '../../../pipeline/storage/fs-segment-store.ts';
import type { SegmentStore } from '../../../pipeline/storage/segment-store.ts';

/** A media home in a temporary folder with the embedded drivers. */
export interface MediaHome {
  mediaDir: string;
  store: SegmentStore;
  catalogue: Catalogue;
  bus: EventBus;
  events: PipelineEvent[];
  log: ReturnType<typeof createLog>;
  /** Writes a file below the media home and answers its absolute path. */
  write(path: string, bytes: Uint8Array | string): Promise<string>;
  /** All files below the media home with their contents, by path; databases and streams/ left out. */
  files(): Promise<Record<string, string>>;
  remove(): Promise<void>;
}

export async function makeMediaHome(): Promise<MediaHome> {
  const mediaDir = await mkdtemp(join(tmpdir(), 'millrace-media-'));
  const catalogue = await openSqliteCatalogue({ path: join(mediaDir, 'catalogue.sqlite') });
  const events: PipelineEvent[] = [];
  const bus = createLocalEventBus((error) => {
    throw error;
  });
  bus.subscribe((event) => events.push(event));
  return {
    mediaDir,
    catalogue,
    bus,
    events,
    store: createFsSegmentStore({ root: join(mediaDir, 'streams') }),
    log: createLog('silent'),
    async write(path, bytes) {
      const absolute = join(mediaDir, path);
      await mkdir(dirname(absolute), { recursive: true });
      await writeFile(absolute, bytes);
      return absolute;
    },
    async files() {
      const found: Record<string, string> = {};
      for (const entry of await readdir(mediaDir, { recursive: true, withFileTypes: true })) {
        const absolute = join(entry.parentPath, entry.name);
        const path = absolute.slice(mediaDir.length + 1);
        if (entry.isFile() && !/^(catalogue\.sqlite|streams\/)/.test(path)) found[path] = await readFile(absolute, 'utf8');
      }
      return found;
    },
    async remove() {
      await catalogue.close();
      await rm(mediaDir, { recursive: true, force: true });
    },
  };
}
