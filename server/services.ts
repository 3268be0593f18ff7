import type { Readable } from 'node:stream';
import type { Catalogue, PendingFile } from '../pipeline/catalogue/catalogue.ts';
import type { EventBus } from '../pipeline/event-bus.ts';
import type { Log } from '../pipeline/log.ts';
import type { TitleRecord } from '../pipeline/model/title.ts';
import type { WaitOutcome } from '../pipeline/on-demand.ts';
import type { ChunkQueue } from '../pipeline/queue/chunk-queue.ts';
import type { SegmentStore } from '../pipeline/storage/segment-store.ts';

export interface UploadFacts {
  /** As the client named the file; not checked yet. */
  name: string;
  /** From Content-Length; undefined when the body is chunked. */
  sizeBytes: number | undefined;
}

/** What the routes need of the pipeline. compose.ts builds it; nothing here says which drivers. */
export interface Services {
  log: Log;
  store: SegmentStore;
  catalogue: Catalogue;
  queue: ChunkQueue;
  bus: EventBus;
  /** Asks for a file that is planned and not there, and waits for it, bounded. Ending the signal ends the wait, not the work. */
  waitForFile(titleId: string, renditionId: string, fileName: string, signal: AbortSignal): Promise<WaitOutcome>;
  /** Streams the body into the media home, makes it a title and has it prepared. A broken upload leaves nothing. */
  receive(body: Readable, upload: UploadFacts): Promise<{ title: TitleRecord; isNew: boolean }>;
  /** Takes a title away for good: its work, its segments and its original. */
  removeTitle(titleId: string): Promise<void>;
  pendingFiles(): PendingFile[];
}
