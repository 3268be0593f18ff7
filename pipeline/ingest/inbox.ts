import { mkdir, realpath } from 'node:fs/promises';
import { basename, relative, sep } from 'node:path';
import { watch } from 'chokidar';
import type { PendingFile } from '../catalogue/catalogue.ts';
import { type AppError, toAppError } from '../errors.ts';
import type { EventBus } from '../event-bus.ts';
import type { Log } from '../log.ts';
import { recordFailure } from './fail.ts';
import { isIgnoredPath } from './ignored-path.ts';
import { createObserver, type Observed, readState } from './observe.ts';
import { exists } from './place-file.ts';
import { DEFAULT_SETTLE_SETTINGS, isSameFile, type SettleSettings, settle } from './settle.ts';

export interface SettledFile {
  /** Absolute. */
  path: string;
  /** As its owner called it, NFC. */
  name: string;
}

export interface InboxOptions {
  inboxDir: string;
  failedDir: string;
  /** Takes the file away. A rejection about the source itself sends it to failed/, any other leaves it and tries again. */
  onSettled(file: SettledFile): Promise<unknown>;
  bus: EventBus;
  log: Log;
  /** For network mounts, where changes made elsewhere are not announced. */
  usePolling?: boolean;
  settleSettings?: SettleSettings;
  clock?: Clock;
}

export interface Clock {
  now(): number;
  /** Answers the function that calls it off. */
  after(delayMs: number, run: () => void): () => void;
}

export interface Inbox {
  pending(): PendingFile[];
  /** What could not be taken may be by now: it is tried again at once. */
  retry(): void;
  /** Stops watching; waits for the file that is being taken. */
  close(): Promise<void>;
}

interface Waiting extends Observed {
  sinceMs: number;
  /** When the next look is due; undefined while it is settled and in the line. */
  lookAtMs: number | undefined;
  shown: Pick<PendingFile, 'sizeBytes' | 'reason' | 'reasonCode'>;
  attempts: number;
}

/** Looks are gathered into one tick, at most this often, so that /proc is walked once for all files. */
const TICK_MS = 250;
const POLL_MS = 1_000;
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 300_000;

const systemClock: Clock = {
  now: Date.now,
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Watches the drop folder and hands over each file when it has arrived (see settle.ts), one at a time. Resolves when
 * what was there already has been seen. Symbolic links are never followed, and never taken.
 */
export async function startInbox(options: InboxOptions): Promise<Inbox> {
  const { failedDir, onSettled, bus, log, usePolling = false, settleSettings = DEFAULT_SETTLE_SETTINGS, clock = systemClock } = options;
  await mkdir(options.inboxDir, { recursive: true });
  const root = await realpath(options.inboxDir);
  const files = new Map<string, Waiting>();
  /** Settled, in the order in which they are taken. */
  const line: Waiting[] = [];
  const observer = createObserver({ usePolling, settleSettings, log });
  let published = '[]';
  let isClosed = false;
  let lastTickAtMs = Number.NEGATIVE_INFINITY;
  let cancelTimer: (() => void) | undefined;
  let ticking: Promise<void> | undefined;
  let taking: Promise<void> | undefined;

  const watcher = watch(root, {
    ignored: (path) => isIgnoredPath(relative(root, path)),
    followSymlinks: false,
    usePolling,
    interval: POLL_MS,
    binaryInterval: POLL_MS,
    ignorePermissionErrors: true,
  });
  watcher.on('add', noticed).on('change', noticed).on('unlink', vanished);
  watcher.on('error', (error) => log.error({ err: error }, 'the inbox cannot be watched; polling may help where this goes on'));
  await new Promise<void>((resolve) => watcher.once('ready', resolve));

  function noticed(path: string): void {
    if (isClosed) return;
    const known = files.get(path);
    // A waiting file has its next look; one that failed for now gets another chance when it changes.
    if (known && known.shown.reasonCode !== 'retry') return;
    files.set(path, known ?? newcomer(path));
    if (known) known.lookAtMs = clock.now();
    schedule();
  }

  function vanished(path: string): void {
    const known = files.get(path);
    if (known?.lookAtMs === undefined) return;
    known.lookAtMs = clock.now();
    schedule();
  }

  function newcomer(path: string): Waiting {
    const now = clock.now();
    const shown = { sizeBytes: 0, reasonCode: 'quiet', reason: 'It was just seen.' };
    return { path, sinceMs: now, lookAtMs: now, memory: undefined, shown, attempts: 0 };
  }

  /** Sets the one timer to the nearest look that is due. */
  function schedule(): void {
    if (isClosed || ticking) return;
    cancelTimer?.();
    cancelTimer = undefined;
    const nextLookAtMs = Math.min(...[...files.values()].map((file) => file.lookAtMs ?? Number.POSITIVE_INFINITY));
    if (nextLookAtMs === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.max(nextLookAtMs, lastTickAtMs + TICK_MS) - clock.now();
    cancelTimer = clock.after(Math.max(0, delayMs), () => {
      ticking = tick()
        .catch((error: unknown) => log.error({ err: error }, 'a look at the inbox failed'))
        .finally(() => {
          ticking = undefined;
          publish();
          schedule();
        });
    });
  }

  async function tick(): Promise<void> {
    const now = (lastTickAtMs = clock.now());
    const due = [...files.values()].filter((file) => file.lookAtMs !== undefined && file.lookAtMs <= now);
    for (const { file, seen } of await observer.observe(due, now)) {
      const { memory, decision } = settle(file.memory, seen, settleSettings);
      file.memory = memory;
      if (decision.kind === 'gone') {
        files.delete(file.path);
      } else if (decision.kind === 'settled') {
        file.lookAtMs = undefined;
        show(file, 'accepting', 'It has arrived and is being taken in.');
        line.push(file);
      } else {
        file.lookAtMs = decision.until;
        show(file, decision.reasonCode, decision.reason);
      }
    }
    takeNext();
  }

  /** Hands over the first in the line, unless one is being taken already. */
  function takeNext(): void {
    const file = line[0];
    if (taking || isClosed || !file) return;
    line.shift();
    taking = take(file).finally(() => {
      taking = undefined;
      publish();
      schedule();
      takeNext();
    });
  }

  async function take(file: Waiting): Promise<void> {
    const settled = file.memory;
    const now = await readState(file.path);
    if (!settled || !now || !isSameFile(settled, now)) {
      // Replaced or removed while it stood in the line: it starts anew.
      file.lookAtMs = clock.now();
      return;
    }
    try {
      await onSettled({ path: file.path, name: basename(file.path).normalize('NFC') });
      files.delete(file.path);
      // Another file may have come under its name meanwhile.
      const next = await readState(file.path);
      if (next && !isSameFile(settled, next)) noticed(file.path);
    } catch (cause) {
      await takeFailed(file, toAppError(cause));
    }
  }

  async function takeFailed(file: Waiting, error: AppError): Promise<void> {
    log.warn({ path: file.path, err: error }, 'a dropped file was not taken');
    try {
      if (!(await exists(file.path))) {
        files.delete(file.path);
        return;
      }
      if (error.code.startsWith('source_') && !error.retryable) {
        await recordFailure({ failedDir, path: file.path, name: basename(file.path), error });
        files.delete(file.path);
        return;
      }
    } catch (failure) {
      log.error({ path: file.path, err: failure }, 'a failed file could not be moved away');
    }
    file.lookAtMs = clock.now() + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** file.attempts);
    file.attempts += 1;
    show(file, 'retry', error.message);
  }

  function show(file: Waiting, reasonCode: string, reason: string): void {
    file.shown = { sizeBytes: file.memory?.sizeBytes ?? 0, reasonCode, reason };
  }

  function pending(): PendingFile[] {
    return [...files.values()]
      .filter((file) => file.memory !== undefined)
      .map(({ path, sinceMs, shown }) => ({ path: relative(root, path).split(sep).join('/').normalize('NFC'), sinceMs, ...shown }))
      .sort((a, b) => a.sinceMs - b.sinceMs || a.path.localeCompare(b.path));
  }

  function retry(): void {
    for (const file of files.values()) if (file.shown.reasonCode === 'retry' && file.lookAtMs !== undefined) file.lookAtMs = clock.now();
    schedule();
  }

  function publish(): void {
    const now = pending();
    const text = JSON.stringify(now);
    if (text === published || isClosed) return;
    published = text;
    bus.publish({ type: 'pending', files: now });
  }

  return {
    pending,
    retry,
    async close() {
      isClosed = true;
      cancelTimer?.();
      await watcher.close();
      await ticking;
      await taking;
    },
  };
}
