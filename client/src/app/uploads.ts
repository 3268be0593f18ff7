/** What uploads need to know of a file; a browser's `File` is one. */
export interface UploadSource {
  readonly name: string;
  readonly size: number;
}

export type UploadState = 'queued' | 'sending' | 'checking' | 'done' | 'failed';

export interface Upload {
  id: string;
  name: string;
  sizeBytes: number;
  state: UploadState;
  sentBytes: number;
  /** Average over the whole transfer; 0 until something was sent. */
  bytesPerSecond: number;
  /** Plain words, when failed. */
  error?: string;
  /** When failed: whether trying again can help. */
  isRetryable?: boolean;
  /** When done. */
  titleId?: string;
}

/** Sends one file; rejects with an Error whose message is for people, and that may say `isRetryable: false`. */
export type SendFile<F extends UploadSource> = (
  file: F,
  onProgress: (sentBytes: number) => void,
  signal: AbortSignal,
) => Promise<{ id: string }>;

export interface Uploads<F extends UploadSource> {
  list(): readonly Upload[];
  add(files: readonly F[]): void;
  /** Ends an upload that runs or waits, and takes it off the list in any state. */
  remove(id: string): void;
  retry(id: string): void;
}

interface Entry<F> {
  file: F;
  upload: Upload;
  abort: AbortController;
}

/**
 * Uploads, a few at a time so that the first file is not slowed down by the last. `onChange` is called with the upload
 * that changed, or nothing when the list did.
 */
export function createUploads<F extends UploadSource>(options: {
  send: SendFile<F>;
  concurrency: number;
  nowMs: () => number;
  onChange: (upload?: Upload) => void;
}): Uploads<F> {
  const { send, concurrency, nowMs, onChange } = options;
  const entries = new Map<string, Entry<F>>();
  let nextId = 1;

  function change(entry: Entry<F>, changes: Partial<Upload>): void {
    entry.upload = { ...entry.upload, ...changes };
    onChange(entry.upload);
  }

  function startNext(): void {
    const running = [...entries.values()].filter(({ upload }) => upload.state === 'sending' || upload.state === 'checking').length;
    const queued = [...entries.values()].filter(({ upload }) => upload.state === 'queued');
    for (const entry of queued.slice(0, Math.max(0, concurrency - running))) void run(entry);
  }

  async function run(entry: Entry<F>): Promise<void> {
    const { file, abort } = entry;
    const startedMs = nowMs();
    const onProgress = (sentBytes: number) => {
      const seconds = (nowMs() - startedMs) / 1000;
      const state = sentBytes >= file.size ? 'checking' : 'sending';
      change(entry, { state, sentBytes, bytesPerSecond: seconds > 0 ? sentBytes / seconds : 0 });
    };
    change(entry, { state: 'sending', sentBytes: 0, bytesPerSecond: 0 });
    try {
      const title = await send(file, onProgress, abort.signal);
      change(entry, { state: 'done', sentBytes: file.size, titleId: title.id });
    } catch (error) {
      // A removed upload is off the list: nobody waits for its end.
      if (!abort.signal.aborted) change(entry, { state: 'failed', ...describeFailure(error) });
    }
    startNext();
  }

  return {
    list: () => [...entries.values()].map(({ upload }) => upload),
    add(files) {
      for (const file of files) {
        const id = String(nextId++);
        const upload: Upload = { id, name: file.name, sizeBytes: file.size, state: 'queued', sentBytes: 0, bytesPerSecond: 0 };
        entries.set(id, { file, upload, abort: new AbortController() });
      }
      onChange();
      startNext();
    },
    remove(id) {
      entries.get(id)?.abort.abort();
      entries.delete(id);
      onChange();
    },
    retry(id) {
      const entry = entries.get(id);
      if (entry?.upload.state !== 'failed') return;
      const { error: _error, isRetryable: _isRetryable, ...upload } = entry.upload;
      entries.set(id, { file: entry.file, upload: { ...upload, state: 'queued', sentBytes: 0 }, abort: new AbortController() });
      onChange();
      startNext();
    },
  };
}

function describeFailure(reason: unknown): { error: string; isRetryable: boolean } {
  const isRetryable = (reason as { isRetryable?: boolean } | null)?.isRetryable !== false;
  return { error: reason instanceof Error ? reason.message : String(reason), isRetryable };
}
