import { mkdir, readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Catalogue } from '../pipeline/catalogue/catalogue.ts';
import { reindex } from '../pipeline/catalogue/reindex.ts';
import { openSqliteCatalogue } from '../pipeline/catalogue/sqlite-catalogue.ts';
import { AppError } from '../pipeline/errors.ts';
import { createLocalEventBus, type EventBus } from '../pipeline/event-bus.ts';
import { endOrphans } from '../pipeline/ffmpeg/end-orphans.ts';
import { sweepJobFolders } from '../pipeline/ffmpeg/job-folder.ts';
import { keepToCores } from '../pipeline/ffmpeg/keep-to-cores.ts';
import { type FfmpegTools, locateFfmpeg } from '../pipeline/ffmpeg/locate.ts';
import { makeSampleClip } from '../pipeline/ffmpeg/sample-clip.ts';
import { startIndexWatcher } from '../pipeline/index-watcher.ts';
import { type AcceptableFile, type Accepted, type Acceptor, createAcceptor } from '../pipeline/ingest/accept.ts';
import { createDropAcceptor } from '../pipeline/ingest/accept-dropped.ts';
import { acceptSoon } from '../pipeline/ingest/accept-soon.ts';
import { createSubtitleAcceptor, type SubtitleAcceptor } from '../pipeline/ingest/accept-subtitle.ts';
import { createFailures } from '../pipeline/ingest/fail.ts';
import { startInbox } from '../pipeline/ingest/inbox.ts';
import { receiveUpload, removeUploadLeftovers } from '../pipeline/ingest/receive-upload.ts';
import { DEFAULT_SETTLE_SETTINGS } from '../pipeline/ingest/settle.ts';
import { isSubtitleName } from '../pipeline/ingest/subtitle-name.ts';
import type { Log } from '../pipeline/log.ts';
import { parseQuietHours } from '../pipeline/model/work/quiet-hours.ts';
import { createMovieTables } from '../pipeline/movie-tables.ts';
import { openOriginal } from '../pipeline/open-original.ts';
import { createPlaylists } from '../pipeline/playlists/playlists.ts';
import { createTitlePreparer, type TitlePreparer } from '../pipeline/prepare-title.ts';
import { createMovieCache } from '../pipeline/progressive/movie-cache.ts';
import { createSoundFiles } from '../pipeline/progressive/sound-files.ts';
import { openSqliteChunkQueue } from '../pipeline/queue/sqlite-chunk-queue.ts';
import { createSeekIndexes } from '../pipeline/seek-indexes.ts';
import { createFsSegmentStore } from '../pipeline/storage/fs-segment-store.ts';
import type { SegmentStore } from '../pipeline/storage/segment-store.ts';
import { sweepAbandoned } from '../pipeline/storage/sweep-abandoned.ts';
import { createLibraryTexts, TEXTS_FOLDER } from '../pipeline/text/library-texts.ts';
import { createSubtitleDocuments, type SubtitleDocuments } from '../pipeline/text/subtitle-documents.ts';
import { createSubtitleTexts } from '../pipeline/text/subtitle-texts.ts';
import { missingAssets } from '../pipeline/title-assets.ts';
import { startWorkEngine } from '../pipeline/work-engine.ts';
import type { Settings } from './config.ts';
import { ffmpegSettings, planSettings } from './plan-settings.ts';
import { createTitleRemover } from './remove-title.ts';
import type { Services } from './services.ts';

/** How long an upload waits for the film that it belongs to: one that came with it is looked at for a second or two. */
const UPLOAD_PATIENCE_MS = 20_000;

/** A media home, opened: what commands need that encode nothing. */
export interface Library {
  mediaDir: string;
  store: SegmentStore;
  catalogue: Catalogue;
  bus: EventBus;
  acceptor: Acceptor;
  subtitleAcceptor: SubtitleAcceptor;
  documents: SubtitleDocuments;
  log: Log;
  close(): Promise<void>;
}

export interface Pipeline {
  services: Services;
  /** Ends in the reverse order of the start; encoders are cancelled, what was committed stays. */
  close(): Promise<void>;
}

/** Opens a media home, making its folders where they are missing. @throws AppError `config_invalid` when it cannot be written */
export async function openLibrary(settings: Settings, log: Log): Promise<Library> {
  const mediaDir = settings.MEDIA_DIR;
  await makeMediaHome(mediaDir);
  const bus = createLocalEventBus((error) => log.error({ err: error }, 'an event was not handled'));
  const store = createFsSegmentStore({ root: join(mediaDir, 'streams'), log });
  const catalogue = await openSqliteCatalogue({ path: join(mediaDir, 'catalogue.sqlite') });
  const acceptor = createAcceptor({ mediaDir, store, catalogue, log, bus });
  const documents = createSubtitleDocuments(store);
  const subtitleAcceptor = createSubtitleAcceptor({ mediaDir, store, catalogue, documents, bus, log });
  return { mediaDir, store, catalogue, bus, acceptor, subtitleAcceptor, documents, log, close: () => catalogue.close() };
}

/**
 * Everything between a source and its segments, from the settings: the only place that knows which drivers there are.
 * Resolves when titles can be served and files dropped.
 *
 * @throws AppError `ffmpeg_missing`, `config_invalid`; nothing is left open
 */
export async function composePipeline(settings: Settings, log: Log): Promise<Pipeline> {
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  try {
    return { services: await startParts(settings, log, closers), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startParts(settings: Settings, log: Log, closers: (() => unknown)[]): Promise<Services> {
  const tools = await locateFfmpeg({ ...ffmpegSettings(settings), log });
  const library = await openLibrary(settings, log);
  closers.push(library.close);
  const { mediaDir, store, catalogue, bus, acceptor, documents } = library;
  const streamsDir = join(mediaDir, 'streams');
  await endOrphans();
  await Promise.all([removeUploadLeftovers(mediaDir), sweepAbandoned(streamsDir), sweepJobFolders()]);
  const queue = await openSqliteChunkQueue({ path: join(mediaDir, 'queue.sqlite') });
  closers.push(queue.close);
  // Claims of a process that is gone; what is missing is derived from the store.
  await queue.clear();

  // The watcher first, then the whole look: nothing falls between them.
  let prepareFound = (_titleId: string): void => {};
  const indexWatcher = await startIndexWatcher({ streamsDir, store, catalogue, bus, log, onFound: (titleId) => prepareFound(titleId) });
  closers.push(indexWatcher.close);
  await reindex(library);
  await acceptor.recoverOrphans();

  const { failTitle } = createFailures({ mediaDir, store, catalogue, log, bus });
  const seekIndexes = createSeekIndexes({ mediaDir, tools, log });
  closers.push(seekIndexes.close);
  const cores = availableParallelism();
  const backgroundTools = await keepToCores(tools, settings.BACKGROUND_CORES, log);
  const engine = await startWorkEngine({
    ...{ mediaDir, store, catalogue, queue, bus, tools, seekIndexes, log },
    movieTables: createMovieTables(),
    backgroundTools,
    chunkSeconds: settings.CHUNK_SECONDS,
    capacity: { cores, encoders: settings.ENCODERS ?? fittingEncoders(cores) },
    leadSegments: Math.ceil(settings.LEAD_SECONDS / settings.SEGMENT_SECONDS),
    idleMs: settings.DEMAND_IDLE_SECONDS * 1000,
    doubtMs: settings.SEGMENT_SECONDS * 1250,
    waitMs: settings.DEMAND_WAIT_SECONDS * 1000,
    maxBytes: settings.MAX_DISK_BYTES,
    background: {
      path: join(mediaDir, 'background.json'),
      isOff: settings.BACKGROUND_CORES === 0,
      quietHours: settings.QUIET_HOURS === undefined ? undefined : parseQuietHours(settings.QUIET_HOURS),
    },
    onTitleFailed: failTitle,
  });
  closers.push(engine.close);
  const { waitForFile, noteServed, readWork, setBackgroundPaused, problemOf, encodeSpeed } = engine;
  const subtitles = createSubtitleTexts({ mediaDir, store, documents, bus, tools, log });
  closers.push(subtitles.close);
  const movies = createMovieCache({ store, bus });
  const soundFiles = createSoundFiles({ mediaDir, tools, log });
  closers.push(movies.close, soundFiles.close);
  const plan = planSettings(settings);
  const { background } = engine;
  const preparer = createTitlePreparer({
    ...{ mediaDir, store, catalogue, bus, tools, backgroundTools, background, log, plan, failTitle },
    scheduler: engine,
  });
  closers.push(preparer.close);
  const texts = createLibraryTexts({ mediaDir, log });
  const dropped = createDropAcceptor({ acceptor, subtitleAcceptor: library.subtitleAcceptor, texts, log });
  const giveTextsTo = async (titleId: string | undefined): Promise<void> => {
    try {
      const film = titleId === undefined ? undefined : await store.readTitle(titleId);
      if (titleId === undefined || film !== undefined) await dropped.giveToFilms(film?.source.originalName);
    } catch (error) {
      log.warn({ title: titleId, err: error }, 'texts that may belong to films could not be looked at; they are at the next start');
    }
  };
  // What a title that was put back by hand still lacks is encoded like any other's.
  prepareFound = (titleId) => void preparer.prepare(titleId);
  const inbox = await startInbox({
    inboxDir: join(mediaDir, 'inbox'),
    failedDir: join(mediaDir, 'failed'),
    usePolling: settings.INBOX_POLLING,
    settleSettings: { ...DEFAULT_SETTLE_SETTINGS, quietMs: settings.INBOX_QUIET_SECONDS * 1000 },
    ...{ bus, log },
    async onSettled(file) {
      const accepted = await dropped.accept(file);
      if (accepted?.isNew) void preparer.prepare(accepted.title.id);
    },
  });
  closers.push(inbox.close);
  // Subtitles that came before their film.
  closers.push(bus.subscribe((event) => event.type === 'plan' && inbox.retry()));
  closers.push(bus.subscribe((event) => event.type === 'plan' && void giveTextsTo(event.titleId)));
  void giveTextsTo(undefined);
  void prepareUnfinished(library, preparer);
  if (settings.SAMPLE) closers.push(await startSample(library, tools));

  return {
    ...{ log, store, catalogue, queue, bus },
    ...{ waitForFile, noteServed, readWork, setBackgroundPaused, problemOf, encodeSpeed },
    async receive(body, { name, sizeBytes }) {
      const upload = await receiveUpload({ body, name, mediaDir, maxBytes: settings.MAX_UPLOAD_BYTES, ...lengthOf(sizeBytes) });
      try {
        const accepted = await acceptSoon(() => acceptFile(library, upload), bus, AbortSignal.timeout(UPLOAD_PATIENCE_MS));
        if (accepted.isNew) void preparer.prepare(accepted.title.id);
        return accepted;
      } finally {
        await upload.discard();
      }
    },
    removeTitle: createTitleRemover({
      ...{ mediaDir, store, catalogue, bus },
      async endWork(titleId) {
        await Promise.all([preparer.dropTitle(titleId), subtitles.dropTitle(titleId)]);
        await engine.dropTitle(titleId);
      },
      resumeWork: preparer.prepare,
    }),
    ...{ movies, soundFiles, subtitles },
    openOriginal: (source) => openOriginal(mediaDir, source),
    texts,
    playlists: createPlaylists({ mediaDir, log }),
    async receiveText(body, { name, sizeBytes }) {
      const upload = await receiveUpload({ body, name, mediaDir, maxBytes: settings.MAX_UPLOAD_BYTES, ...lengthOf(sizeBytes) });
      try {
        return await texts.accept(upload);
      } finally {
        await upload.discard();
      }
    },
    pendingFiles: inbox.pending,
  };
}

/** A film becomes a title; subtitles become part of the title they are named after. Throws as the acceptors do. */
export function acceptFile({ acceptor, subtitleAcceptor }: Library, file: AcceptableFile): Promise<Accepted> {
  return isSubtitleName(file.name) ? subtitleAcceptor.accept(file) : acceptor.accept(file);
}

function lengthOf(sizeBytes: number | undefined): { contentLength?: number } {
  return sizeBytes === undefined ? {} : { contentLength: sizeBytes };
}

async function makeMediaHome(mediaDir: string): Promise<void> {
  try {
    for (const name of ['inbox', 'originals', 'streams', 'failed', TEXTS_FOLDER]) await mkdir(join(mediaDir, name), { recursive: true });
  } catch (error) {
    throw new AppError('config_invalid', `The media home ${mediaDir} cannot be made: ${(error as Error).message}. MEDIA_DIR moves it.`, {
      cause: error,
    });
  }
}

/** One run encodes a whole ladder and fills about four cores. */
function fittingEncoders(cores: number): number {
  return Math.max(1, Math.round(cores / 4));
}

/** What the last run left undone goes on, one title after the other, so that many are not probed at once. */
async function prepareUnfinished({ catalogue, store, log }: Library, preparer: TitlePreparer): Promise<void> {
  try {
    for (const { record, state } of await catalogue.listTitles()) {
      if (state === 'failed') continue;
      // A kill may have come between the last segment and what is made beside them; earlier versions made less.
      const isWhole = state === 'complete' && (await missingAssets(store, record)).length === 0;
      if (!isWhole) await preparer.prepare(record.id);
    }
  } catch (error) {
    log.error({ err: error }, 'what the last run left undone could not be looked up; it goes on at the next start');
  }
}

/** With nothing there, something to play. Answers the function that calls it off. */
async function startSample({ mediaDir, catalogue, log }: Library, tools: FfmpegTools): Promise<() => Promise<void>> {
  const isEmpty =
    (await catalogue.listTitles()).length === 0 && (await readdir(join(mediaDir, 'inbox'))).every((name) => name.startsWith('.'));
  if (!isEmpty) return async () => {};
  const stopping = new AbortController();
  const made = makeSampleClip({ tools, outPath: join(mediaDir, 'inbox', 'Sample clip.mp4'), signal: stopping.signal }).catch(
    (error: unknown) => {
      if (!stopping.signal.aborted) log.warn({ err: error }, 'the sample clip could not be made');
    },
  );
  return async () => {
    stopping.abort();
    await made;
  };
}
