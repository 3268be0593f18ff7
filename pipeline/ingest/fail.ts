import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { nanoid } from 'nanoid';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { type AppError, toAppError } from '../errors.ts';
import type { EventBus } from '../event-bus.ts';
import type { Log } from '../log.ts';
import type { TitleRecord } from '../model/title.ts';
import type { SegmentStore } from '../storage/segment-store.ts';
import { numberedName, storableName, titleName } from './file-name.ts';
import { exists, moveFile } from './place-file.ts';

/** What lies beside a failed file as `<name>.error.json`. */
export interface FailureNote {
  code: string;
  message: string;
  originalName: string;
  atMs: number;
}

export interface FailureSettings {
  mediaDir: string;
  store: SegmentStore;
  catalogue: Catalogue;
  log: Log;
  bus?: EventBus;
}

/**
 * Keeps what failed: the original moves to failed/ with its reason beside it, and the title stays in the list in state
 * `failed` with the same reason, until a person removes it or drops the file again.
 */
export function createFailures({ mediaDir, store, catalogue, log, bus }: FailureSettings) {
  const failedDir = join(mediaDir, 'failed');

  /** A title that cannot go on (probe, plan …). Does nothing but a warning where the title is not known. */
  async function failTitle(titleId: string, cause: unknown): Promise<void> {
    const error = toAppError(cause);
    const record = await store.readTitle(titleId);
    if (record === undefined) {
      log.warn({ title: titleId, err: error }, 'a title failed that is not there any more');
      return;
    }
    const sourcePath = join(mediaDir, record.source.path);
    const isKept = dirname(record.source.path) === 'failed';
    const failed: TitleRecord = { ...record, error: { code: error.code, message: error.message } };
    if (!isKept && (await exists(sourcePath))) {
      const keptPath = await reserveFailedName(failedDir, record.source.originalName, error);
      // The record first: should we be killed before the move, the next start finds where the file was going.
      failed.source = { ...record.source, path: `failed/${basename(keptPath)}` };
      await store.writeTitle(failed);
      await moveFile(sourcePath, keptPath);
      await rmdir(dirname(sourcePath)).catch(() => undefined);
    } else {
      await store.writeTitle(failed);
    }
    const known = await catalogue.getTitle(titleId);
    await catalogue.putTitle(failed, 'failed', known?.durationSeconds ?? null, known?.segmentsPlanned ?? 0);
    log.warn({ title: titleId, name: record.name, err: error }, 'title failed');
    bus?.publish({ type: 'title', titleId, state: 'failed', progress: 0 });
  }

  /** A file that did not become a title: it is listed as a failed one, so that whoever dropped it learns why. */
  async function rejectFile(file: { path: string; name: string; sizeBytes: number }, cause: unknown): Promise<TitleRecord> {
    const error = toAppError(cause);
    const keptPath = await recordFailure({ failedDir, path: file.path, name: file.name, error });
    const record: TitleRecord = {
      version: 1,
      id: newTitleId(),
      name: titleName(file.name),
      kind: 'file',
      createdAtMs: Date.now(),
      source: { path: `failed/${basename(keptPath)}`, originalName: file.name.normalize('NFC'), sizeBytes: file.sizeBytes, identity: '' },
      report: [],
      error: { code: error.code, message: error.message },
    };
    await store.writeTitle(record);
    await catalogue.putTitle(record, 'failed', null, 0);
    log.warn({ title: record.id, name: file.name, err: error }, 'file rejected');
    bus?.publish({ type: 'title', titleId: record.id, state: 'failed', progress: 0 });
    return record;
  }

  return { failTitle, rejectFile };
}

/** Moves a file to failed/ with its reason beside it, never over another one. Answers its new path. */
export async function recordFailure(failure: { failedDir: string; path: string; name: string; error: AppError }): Promise<string> {
  const keptPath = await reserveFailedName(failure.failedDir, failure.name, failure.error);
  await moveFile(failure.path, keptPath);
  return keptPath;
}

/** Forgets a failed file: its content came again and has another place now. */
export async function removeFailure(keptPath: string): Promise<void> {
  await rm(keptPath, { force: true });
  await rm(`${keptPath}.error.json`, { force: true });
}

/** 72 bits, URL-safe; never starting with a dash, which the tools would take for an option. */
export function newTitleId(): string {
  const id = nanoid(12);
  return id.startsWith('-') ? newTitleId() : id;
}

/** Writes the note under the first free name: creating it exclusively is what reserves the name. */
async function reserveFailedName(failedDir: string, name: string, error: AppError): Promise<string> {
  await mkdir(failedDir, { recursive: true });
  const stored = storableName(name);
  const note: FailureNote = { code: error.code, message: error.message, originalName: name.normalize('NFC'), atMs: Date.now() };
  for (let number = 1; ; number += 1) {
    const path = join(failedDir, number === 1 ? stored : numberedName(stored, number));
    if (await exists(path)) continue;
    try {
      await writeFile(`${path}.error.json`, `${JSON.stringify(note, null, 2)}\n`, { flag: 'wx', flush: true });
      return path;
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code !== 'EEXIST') throw failure;
    }
  }
}
