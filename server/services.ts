import type { Readable } from 'node:stream';
import type { Catalogue, PendingFile } from '../pipeline/catalogue/catalogue.ts';
import type { EventBus } from '../pipeline/event-bus.ts';
import type { Log } from '../pipeline/log.ts';
import type { Plan } from '../pipeline/model/plan.ts';
import type { SourceRecord, TitleError, TitleRecord } from '../pipeline/model/title.ts';
import type { BackgroundView, WorkView } from '../pipeline/model/work/work-view.ts';
import type { WaitOutcome } from '../pipeline/on-demand.ts';
import type { Original } from '../pipeline/open-original.ts';
import type { Playlists } from '../pipeline/playlists/playlists.ts';
import type { MovieCache } from '../pipeline/progressive/movie-cache.ts';
import type { SoundFiles } from '../pipeline/progressive/sound-files.ts';
import type { ChunkQueue } from '../pipeline/queue/chunk-queue.ts';
import type { SegmentStore } from '../pipeline/storage/segment-store.ts';
import type { LibraryText, LibraryTexts } from '../pipeline/text/library-texts.ts';
import type { SubtitleTexts } from '../pipeline/text/subtitle-texts.ts';

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
  /** A viewer was given a file that was there: what comes after it is kept ready. */
  noteServed(titleId: string, renditionId: string, fileName: string): Promise<void>;
  /** What is being encoded, for whom, and what the machine allows. */
  readWork(): Promise<WorkView>;
  /** Stops or resumes work that nobody waits for; holds over restarts. */
  setBackgroundPaused(isPaused: boolean): Promise<BackgroundView>;
  /** What keeps a title from going on for now. */
  problemOf(titleId: string): TitleError | undefined;
  /** Seconds of film per second that this machine makes of one rung; null until measured. */
  encodeSpeed(plan: Plan, renditionId: string): number | null;
  /** Streams the body into the media home, makes it a title and has it prepared. A broken upload leaves nothing. */
  receive(body: Readable, upload: UploadFacts): Promise<{ title: TitleRecord; isNew: boolean }>;
  /** Titles laid out as one file. */
  movies: Pick<MovieCache, 'read' | 'forget'>;
  /** Sounds in other codings. */
  soundFiles: Pick<SoundFiles, 'open'>;
  /** The original bytes. Throws `source_missing`. */
  openOriginal(source: SourceRecord): Promise<Original>;
  subtitles: Pick<SubtitleTexts, 'readCues'>;
  texts: LibraryTexts;
  playlists: Playlists;
  /** As `receive`, for a text of the library. */
  receiveText(body: Readable, upload: UploadFacts): Promise<LibraryText>;
  /** Takes a title away for good: its work, its segments and its original. */
  removeTitle(titleId: string): Promise<void>;
  pendingFiles(): PendingFile[];
}
