import { type FileHandle, mkdir, mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { AppError, toAppError } from '../errors.ts';
import { parseUploadName } from './parse-upload-name.ts';

/** Bodies on their way, in the media home so that accepting one is a rename. */
const UPLOADS_FOLDER = '.uploads';
/** Left free for segments and the catalogue. */
const RESERVE_BYTES = 64 * 1024 * 1024;
/** Free space is asked for again each time this much has arrived. */
const SPACE_CHECK_BYTES = 64 * 1024 * 1024;

export interface Upload {
  body: Readable;
  /** As the client gave it; checked here. */
  name: string;
  /** What Content-Length says; absent for a chunked body. */
  contentLength?: number;
  /** MAX_UPLOAD_BYTES; no limit when absent. */
  maxBytes?: number;
  mediaDir: string;
  signal?: AbortSignal;
}

export interface ReceivedUpload {
  /** Absolute: a whole file, synced to the disk. */
  path: string;
  name: string;
  /** Removes what is left of it: to be called when all is done, accepted or not. */
  discard(): Promise<void>;
}

/**
 * Streams a request's body to a file, no faster than the disk takes it. Throws `name_invalid`, `upload_too_large`,
 * `disk_full`, `upload_incomplete` (fewer or more bytes than announced, or cut off), `cancelled`: nothing of the upload
 * is left then. The body is not drained after an error: the server closes the connection.
 */
export async function receiveUpload(upload: Upload): Promise<ReceivedUpload> {
  const { body, contentLength, mediaDir, signal } = upload;
  // The iteration below hears of errors while it lasts; one before or after it must not end the process.
  body.on('error', () => undefined);
  const name = parseUploadName(upload.name);
  const maxBytes = upload.maxBytes ?? Number.POSITIVE_INFINITY;
  if ((contentLength ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const uploadsDir = join(mediaDir, UPLOADS_FOLDER);
  await mkdir(uploadsDir, { recursive: true });
  await checkFreeSpace(mediaDir, contentLength ?? 0);
  const folder = await mkdtemp(join(uploadsDir, 'upload-'));
  const discard = () => rm(folder, { recursive: true, force: true });
  const path = join(folder, 'body');
  try {
    const receivedBytes = await writeBody(path, { body, maxBytes, mediaDir, signal });
    if (contentLength !== undefined && receivedBytes !== contentLength) throw incomplete();
    return { path, name, discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

/** Removes what a kill left of uploads. For the start of the process that owns the media home, before it listens. */
export async function removeUploadLeftovers(mediaDir: string): Promise<void> {
  await rm(join(mediaDir, UPLOADS_FOLDER), { recursive: true, force: true });
}

/** Answers how many bytes arrived. */
async function writeBody(
  path: string,
  { body, maxBytes, mediaDir, signal }: { body: Readable; maxBytes: number; mediaDir: string; signal: AbortSignal | undefined },
): Promise<number> {
  const file = await open(path, 'wx');
  const abort = () => body.destroy();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    let receivedBytes = 0;
    let checkedBytes = 0;
    for await (const chunk of chunksOf(body, signal)) {
      receivedBytes += chunk.length;
      if (receivedBytes > maxBytes) throw tooLarge(maxBytes);
      if (receivedBytes - checkedBytes >= SPACE_CHECK_BYTES) {
        await checkFreeSpace(mediaDir, 0);
        checkedBytes = receivedBytes;
      }
      await writeFully(file, chunk);
    }
    await file.sync();
    return receivedBytes;
  } catch (error) {
    throw toAppError(error);
  } finally {
    signal?.removeEventListener('abort', abort);
    await file.close();
  }
}

/** The body's bytes. The stream is left open after an error of ours: destroying it would cut off the answer, too. */
async function* chunksOf(body: Readable, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    signal?.throwIfAborted();
    yield* body.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
    signal?.throwIfAborted();
  } catch (error) {
    throw signal?.aborted ? new AppError('cancelled', 'The upload was cancelled.', { cause: error }) : incomplete(error);
  }
}

async function writeFully(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await file.write(bytes, written)).bytesWritten;
  }
}

async function checkFreeSpace(mediaDir: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(mediaDir);
  if (bavail * bsize - RESERVE_BYTES >= neededBytes) return;
  throw new AppError('disk_full', 'There is not enough free space for this upload. Free some and send it again.', { retryable: true });
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('upload_too_large', `The upload is larger than the ${maxBytes} bytes that are allowed here.`);
}

function incomplete(cause?: unknown): AppError {
  return new AppError('upload_incomplete', 'The upload ended before all of it had arrived. Send it again.', { cause, retryable: true });
}
