import { type Stats, unwatchFile, watch, watchFile } from 'node:fs';

export interface FolderWatchOptions {
  path: string;
  /** Ask twice a second instead of being told: for network mounts. */
  usePolling: boolean;
  /** A name in the folder came, went or changed. Without a name: something did. */
  onChange(name: string | undefined): void;
  onError(error: unknown): void;
}

const POLL_MS = 500;

/**
 * Watches one folder, not what is below it. Chokidar would hold a watch for every file in it and list the whole folder
 * at every change; a rendition has thousands of segments and a change for each, so this takes the names the kernel gives.
 * Answers the function that ends the watch. A folder that goes away is reported as a change, and never again.
 */
export function watchFolder({ path, usePolling, onChange, onError }: FolderWatchOptions): () => void {
  if (usePolling) {
    const onStats = (now: Stats, before: Stats) => {
      if (now.mtimeMs !== before.mtimeMs) onChange(undefined);
    };
    watchFile(path, { interval: POLL_MS }, onStats);
    return () => unwatchFile(path, onStats);
  }
  try {
    const watcher = watch(path, (_event, name) => onChange(name ?? undefined));
    watcher.on('error', onError);
    return () => watcher.close();
  } catch (error) {
    onError(error);
    return () => {};
  }
}
