import { mkdir } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { watch } from 'chokidar';
import { createIndexUpdater, type IndexUpdaterOptions, type StoreChange } from './catalogue/index-updater.ts';
import type { Index } from './catalogue/reindex.ts';
import { isRenditionId, isTitleId, parsePlanName, parseSegmentName } from './storage/stored-names.ts';
import { watchFolder } from './watch-folder.ts';

export interface IndexWatcherOptions extends Index, IndexUpdaterOptions {
  /** The streams/ folder that `store` keeps its titles in. Made where it is missing. */
  streamsDir: string;
  /** For network mounts, which report nothing. */
  usePolling?: boolean;
}

export interface IndexWatcher {
  close(): Promise<void>;
}

const POLL_MS = 500;

/**
 * Keeps the catalogue true (I5) while people and other processes change streams/: titles removed, restored or copied in
 * by hand, records rewritten, segments that come and go. Our own commits pass through it too; they are known already.
 * Chokidar watches titles and their documents, watchFolder the renditions. What was there before the start is reindex's
 * work: start the watcher first, then reindex, and nothing falls between them.
 */
export async function startIndexWatcher(options: IndexWatcherOptions): Promise<IndexWatcher> {
  const { log, usePolling = false } = options;
  const streamsDir = resolve(options.streamsDir);
  await mkdir(streamsDir, { recursive: true });
  const updater = createIndexUpdater(options);
  const renditionWatches = new Map<string, () => void>();
  const onError = (error: unknown) => log.warn({ err: error }, explain(error));
  let isReady = false;

  const note = (titleId: string, change: StoreChange) => {
    if (isReady) updater.note(titleId, change);
  };

  const watchRendition = (path: string, titleId: string, renditionId: string) => {
    renditionWatches.get(path)?.();
    const onChange = (name: string | undefined) => {
      const segment = name === undefined ? undefined : parseSegmentName(name);
      if (segment !== undefined) note(titleId, { kind: 'segment', renditionId, segment });
      else if (name === undefined) note(titleId, { kind: 'rendition', renditionId });
    };
    renditionWatches.set(path, watchFolder({ path, usePolling, onChange, onError }));
    // What came between the folder and its watch.
    note(titleId, { kind: 'rendition', renditionId });
  };

  const unwatch = (path: string) => {
    for (const [watched, end] of renditionWatches) {
      if (watched !== path && !watched.startsWith(path + sep)) continue;
      end();
      renditionWatches.delete(watched);
    }
  };

  const parts = (path: string) => relative(streamsDir, path).split(sep);
  const watcher = watch(streamsDir, {
    depth: 1,
    usePolling,
    interval: POLL_MS,
    binaryInterval: POLL_MS,
    ignored: (path, stats) => !isIndexed(parts(path), stats?.isDirectory()),
  });
  watcher.on('all', (event, path) => {
    const [titleId = '', name] = parts(path);
    if (titleId === '') return;
    if (event === 'unlinkDir') unwatch(path);
    if (name === undefined) note(titleId, { kind: 'title' });
    else if (event === 'addDir') watchRendition(path, titleId, name);
    else if (event === 'unlinkDir') note(titleId, { kind: 'rendition', renditionId: name });
    else note(titleId, { kind: event === 'change' ? 'record' : 'title' });
  });
  watcher.on('error', onError);
  await new Promise<void>((done) => watcher.once('ready', done));
  isReady = true;

  return {
    async close() {
      await watcher.close();
      unwatch(streamsDir);
      await updater.close();
    },
  };
}

/** Titles, their documents and their renditions. Chokidar asks first without knowing what is at the path. */
function isIndexed([titleId = '', name]: string[], isFolder: boolean | undefined): boolean {
  if (titleId === '') return true;
  if (!isTitleId(titleId)) return false;
  if (name === undefined) return isFolder !== false;
  if (name === 'title.json' || parsePlanName(name) !== undefined) return isFolder !== true;
  return isRenditionId(name) && isFolder !== false;
}

function explain(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOSPC' || code === 'EMFILE') {
    return 'The system allows no more file watches (fs.inotify.max_user_watches): changes made by hand are seen at the next reindex only';
  }
  return 'Watching streams/ met an error: changes made by hand may be seen at the next reindex only';
}
