import { mkdir, open, readdir, readFile, rm, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CatalogueTitle } from '../catalogue/catalogue.ts';
import { AppError, toAppError } from '../errors.ts';
import type { TitleRecord } from '../model/title.ts';
import { createFailures, type FailureSettings, newTitleId, removeFailure } from './fail.ts';
import { storableVisibleName, titleName } from './file-name.ts';
import { fullHash, hasSameBytes, quickIdentity } from './identity.ts';
import { COPY_PREFIX, copyFileVerified, exists, moveFile } from './place-file.ts';

export interface AcceptableFile {
  /** Absolute. */
  path: string;
  /** As its owner called it. */
  name: string;
  /** Copy it and leave the file where it is. */
  keepOriginal?: boolean;
}

export interface Accepted {
  title: TitleRecord;
  /** False when a title with the same content was there already, and is answered. */
  isNew: boolean;
}

export type Acceptor = ReturnType<typeof createAcceptor>;

/** In originals/<titleId>/ until title.json is written: the name that the stored one was made from. */
const NAME_NOTE = '.name.json';

/**
 * Makes titles of files. The file is moved into originals/ before anything else (I7), so that nobody can change it
 * under our hands; then it is compared with what is there; then title.json is written. Killed in between, the next start
 * finds a file without a title and goes on from there (`recoverOrphans`).
 */
export function createAcceptor(settings: FailureSettings) {
  const { mediaDir, store, catalogue, log, bus } = settings;
  const originalsDir = join(mediaDir, 'originals');
  const failures = createFailures(settings);
  const inTurn = createKeyedLock();

  /**
   * Throws `source_empty`, `source_unreadable`, `source_missing`: the file has then moved to failed/, and the list shows
   * it (but not with `keepOriginal`). Throws retryable errors (`disk_full` …) with the file where it was.
   */
  async function accept(file: AcceptableFile): Promise<Accepted> {
    const name = file.name.normalize('NFC');
    try {
      await checkSource(file.path);
    } catch (error) {
      const stats = await stat(file.path).catch(() => undefined);
      if (!file.keepOriginal && stats?.isFile() && error instanceof AppError && !error.retryable) {
        await failures.rejectFile({ path: file.path, name, sizeBytes: stats.size }, error);
      }
      throw error;
    }
    if (file.keepOriginal) {
      const { existing } = await findSameContent(file.path);
      if (existing && existing.state !== 'failed') return { title: existing.record, isNew: false };
    }
    const titleId = newTitleId();
    const folder = join(originalsDir, titleId);
    const placed = join(folder, storableVisibleName(name));
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, NAME_NOTE), JSON.stringify({ originalName: name }), { flush: true });
      await (file.keepOriginal ? copyFileVerified(file.path, placed) : moveFile(file.path, placed));
      return await adopt(titleId, placed, name);
    } catch (error) {
      if (await exists(placed)) await giveBack(placed, file);
      await clearFolder(folder);
      throw toAppError(error);
    }
  }

  /** Makes a title of a file that lies in originals/<titleId>/. */
  async function adopt(titleId: string, placed: string, originalName: string): Promise<Accepted> {
    const quick = await quickIdentity(placed);
    return inTurn(quick, async () => {
      const { identity, existing } = await findSameContent(placed, quick);
      if (existing?.state === 'failed') return { title: await revive(existing.record, placed, originalName), isNew: true };
      if (existing) {
        await unlink(placed);
        await clearFolder(dirname(placed));
        log.info({ title: existing.record.id, name: originalName }, 'the same content is there already');
        return { title: existing.record, isNew: false };
      }
      const { size } = await stat(placed);
      const title: TitleRecord = {
        version: 1,
        id: titleId,
        name: titleName(originalName),
        kind: 'file',
        createdAtMs: Date.now(),
        source: { path: `originals/${titleId}/${basename(placed)}`, originalName, sizeBytes: size, identity },
        report: [],
      };
      await publishWaiting(title);
      await unlink(join(dirname(placed), NAME_NOTE)).catch(() => undefined);
      log.info({ title: titleId, name: originalName, sizeBytes: size }, 'file accepted');
      return { title, isNew: true };
    });
  }

  /** A failed file that comes again is tried again, under the same id. */
  async function revive(failed: TitleRecord, placed: string, originalName: string): Promise<TitleRecord> {
    const folder = join(originalsDir, failed.id);
    const path = join(folder, basename(placed));
    if (placed !== path) {
      await mkdir(folder, { recursive: true });
      await moveFile(placed, path);
      await clearFolder(dirname(placed));
    }
    const { error: _cleared, ...rest } = failed;
    const title: TitleRecord = { ...rest, source: { ...failed.source, path: `originals/${failed.id}/${basename(path)}`, originalName } };
    await publishWaiting(title);
    await removeFailure(join(mediaDir, failed.source.path));
    log.info({ title: title.id, name: originalName }, 'a failed file came again and is tried again');
    return title;
  }

  /** With title.json the title is there: the catalogue is its index, and an index can be made again (I5). */
  async function publishWaiting(title: TitleRecord): Promise<void> {
    await store.writeTitle(title);
    try {
      await catalogue.putTitle(title, 'waiting', null, 0);
    } catch (error) {
      log.error({ err: error, title: title.id }, 'the catalogue did not take a title; the index watcher or reindex brings it');
    }
    bus?.publish({ type: 'title', titleId: title.id, state: 'waiting', progress: 0 });
  }

  /**
   * The title with the same bytes, all of them compared, or the identity for a new one. Where the quick identity is
   * another content's, or its original is gone so that nothing can be compared, the full hash is added to it.
   */
  async function findSameContent(path: string, quick?: string): Promise<{ identity: string; existing?: CatalogueTitle }> {
    const identity = quick ?? (await quickIdentity(path));
    const candidate = await catalogue.findByIdentity(identity);
    if (candidate === undefined) return { identity };
    if (await isContentOf(candidate.record, path)) return { identity, existing: candidate };
    const full = `${identity}-${await fullHash(path)}`;
    const second = await catalogue.findByIdentity(full);
    return second && (await isContentOf(second.record, path)) ? { identity: full, existing: second } : { identity: full };
  }

  async function isContentOf(title: TitleRecord, path: string): Promise<boolean> {
    const original = join(mediaDir, title.source.path);
    return original !== path && (await exists(original)) && (await hasSameBytes(original, path));
  }

  /** After an error past the move: the file goes back to where it was, unless something else is there by now. */
  async function giveBack(placed: string, file: AcceptableFile): Promise<void> {
    try {
      if (file.keepOriginal) await unlink(placed);
      else if (!(await exists(file.path))) await moveFile(placed, file.path);
    } catch (error) {
      log.error({ err: error, path: placed }, 'a file stays in originals/ without a title until the next start');
    }
  }

  /**
   * To be called at start, before anything is accepted: finishes what a kill cut short. Answers the titles that are to
   * be prepared.
   */
  async function recoverOrphans(): Promise<TitleRecord[]> {
    const recovered: TitleRecord[] = [];
    for (const titleId of await listVisible(originalsDir)) {
      try {
        const title = await recover(titleId);
        if (title) recovered.push(title);
      } catch (error) {
        log.error({ err: error, title: titleId }, 'what lies in originals/ could not be made a title; it stays there');
      }
    }
    return recovered;
  }

  async function recover(titleId: string): Promise<TitleRecord | undefined> {
    const folder = join(originalsDir, titleId);
    const fileName = (await listVisible(folder))[0];
    // Only notes and half a copy: the move had not happened, and the source is still where it was.
    if (fileName === undefined) return clearFolder(folder);
    const title = await store.readTitle(titleId);
    const placed = join(folder, fileName);
    return title === undefined ? recoverUntitled(titleId, placed) : recoverTitled(title, placed);
  }

  /** Killed between the move and title.json. */
  async function recoverUntitled(titleId: string, placed: string): Promise<TitleRecord | undefined> {
    const note = await readFile(join(dirname(placed), NAME_NOTE), 'utf8').then(parseNameNote, () => undefined);
    const { title, isNew } = await adopt(titleId, placed, note ?? basename(placed).normalize('NFC'));
    return isNew ? title : undefined;
  }

  /** Killed within failing or reviving: the record is ahead of the file, or behind it. */
  async function recoverTitled(title: TitleRecord, placed: string): Promise<TitleRecord | undefined> {
    const recorded = join(mediaDir, title.source.path);
    if (recorded === placed) return undefined;
    const isRecordedThere = await exists(recorded);
    if (title.error && !isRecordedThere) {
      await mkdir(dirname(recorded), { recursive: true });
      await moveFile(placed, recorded);
      return undefined;
    }
    if (isRecordedThere && !(await hasSameBytes(recorded, placed))) return undefined;
    return revive(title, placed, title.source.originalName);
  }

  return { accept, recoverOrphans };
}

/** Throws the AppError that says why a file cannot be a source, before anything is done with it. */
async function checkSource(path: string): Promise<void> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) throw new AppError('source_unreadable', 'It is not a file.');
    if (stats.size === 0) throw new AppError('source_empty', 'This file is empty. Copy or download it again.');
    const file = await open(path, 'r');
    try {
      await file.read(new Uint8Array(1), 0, 1, 0);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw new AppError('source_missing', 'The file is not there any more.', { cause: error });
    if (code === 'EMFILE' || code === 'ENFILE')
      throw new AppError('internal', 'Too many files are open.', { cause: error, retryable: true });
    throw new AppError('source_unreadable', 'The file cannot be read. Check its permissions and the disk it is on.', { cause: error });
  }
}

/** Removes our own notes and half copies, and the folder when nothing else is in it. */
async function clearFolder(folder: string): Promise<undefined> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (name === NAME_NOTE || name.startsWith(COPY_PREFIX)) await rm(join(folder, name), { force: true });
  }
  await rmdir(folder).catch(() => undefined);
}

function parseNameNote(text: string): string | undefined {
  try {
    const { originalName } = JSON.parse(text) as { originalName?: unknown };
    return typeof originalName === 'string' ? originalName : undefined;
  } catch {
    // Cut short by the same kill: the stored name has to do.
    return undefined;
  }
}

/** Names in a folder that are not hidden; none where the folder does not exist. */
async function listVisible(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => !name.startsWith('.')).sort();
}

/** Runs what has the same key one after another. */
function createKeyedLock() {
  const tails = new Map<string, Promise<unknown>>();
  return async <T>(key: string, run: () => Promise<T>): Promise<T> => {
    const turn = (tails.get(key) ?? Promise.resolve()).then(run, run);
    tails.set(key, turn);
    try {
      return await turn;
    } finally {
      if (tails.get(key) === turn) tails.delete(key);
    }
  };
}
