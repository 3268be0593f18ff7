import { mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, toAppError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Plan } from '../model/plan.ts';
import type { TitleRecord } from '../model/title.ts';
import { syncFolder, temporaryName, writeOnce, writeReplacing } from './durable-write.ts';
import type { SegmentStore } from './segment-store.ts';
import { isAssetName, isRenditionFileName, isRenditionId, isTitleId, parsePlanName, parseSegmentName } from './stored-names.ts';

export interface FsSegmentStoreOptions {
  /** The streams/ folder of the media home. Made with the first title where it is missing. */
  root: string;
  /** Told of titles that cannot be read. */
  log?: Log;
}

/** Segments as files. A full disk is `disk_full`, all else that the system refuses `store_failed`, retryable as toAppError says. */
export function createFsSegmentStore({ root, log }: FsSegmentStoreOptions): SegmentStore {
  const titleFolder = (titleId: string) => join(root, titleId);
  const renditionFolder = (titleId: string, renditionId: string) => join(root, titleId, renditionId);

  async function readTitle(titleId: string): Promise<TitleRecord | undefined> {
    if (!isTitleId(titleId)) return undefined;
    const path = join(titleFolder(titleId), 'title.json');
    const title = await readJson<TitleRecord>(path);
    // A folder copied or renamed by hand still names the title it was.
    if (title !== undefined && title.id !== titleId) throw unreadable(path, `it describes the title ${String(title.id)}`);
    return title;
  }

  async function putOnce(titleId: string, renditionId: string, fileName: string, bytes: Uint8Array): Promise<'stored' | 'exists'> {
    if (!isTitleId(titleId) || !isRenditionId(renditionId) || !isRenditionFileName(fileName)) {
      throw invalidName(`${titleId}/${renditionId}/${fileName}`);
    }
    const folder = renditionFolder(titleId, renditionId);
    return inTitle(titleId, async () => {
      try {
        return await writeOnce(join(folder, fileName), bytes);
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
      await makeFolder(folder, titleFolder(titleId));
      return writeOnce(join(folder, fileName), bytes);
    });
  }

  return {
    readTitle,

    async listTitles() {
      const titleIds: string[] = [];
      for (const name of (await absentAs(readdir(root), [])).sort()) {
        try {
          if ((await readTitle(name)) !== undefined) titleIds.push(name);
        } catch (error) {
          log?.warn({ title: name, err: error }, 'This title is left out: its title.json cannot be read');
        }
      }
      return titleIds;
    },

    async writeTitle(title) {
      if (!isTitleId(title.id)) throw invalidName(title.id);
      await orStoreError(`write the record of ${title.id}`, async () => {
        await mkdir(root, { recursive: true });
        await makeFolder(titleFolder(title.id), root);
        await writeReplacing(join(titleFolder(title.id), 'title.json'), renderJson(title));
      });
    },

    async readPlan(titleId, revision) {
      if (!isTitleId(titleId)) return undefined;
      if (revision !== undefined) return readJson<Plan>(join(titleFolder(titleId), `plan-${revision}.json`));
      const names = await absentAs(readdir(titleFolder(titleId)), []);
      const highest = Math.max(...names.map((name) => parsePlanName(name) ?? -1));
      return highest < 0 ? undefined : readJson<Plan>(join(titleFolder(titleId), `plan-${highest}.json`));
    },

    async writePlan(plan) {
      const name = `plan-${plan.revision}.json`;
      if (!isTitleId(plan.titleId) || parsePlanName(name) === undefined) throw invalidName(`${plan.titleId}/${name}`);
      return inTitle(plan.titleId, () => writeOnce(join(titleFolder(plan.titleId), name), renderJson(plan)));
    },

    async removeTitle(titleId) {
      if (!isTitleId(titleId)) return;
      // Away in one step first: readers see the whole title or none, and what a crash leaves is swept at start.
      const hidden = join(root, temporaryName());
      await orStoreError(`remove ${titleId}`, async () => {
        if (
          !(await absentAs(
            rename(titleFolder(titleId), hidden).then(() => true),
            false,
          ))
        )
          return;
        await syncFolder(root);
        await rm(hidden, { recursive: true, force: true });
      });
    },

    async putInit(titleId, renditionId, bytes) {
      if ((await putOnce(titleId, renditionId, 'init.mp4', bytes)) === 'stored') return 'stored';
      const stored = await orStoreError(`read ${titleId}`, () => readFile(join(renditionFolder(titleId, renditionId), 'init.mp4')));
      return stored.equals(bytes) ? 'same' : 'conflict';
    },

    putSegment: (titleId, renditionId, segment, bytes) => putOnce(titleId, renditionId, `${segment}.m4s`, bytes),

    async removeSegment(titleId, renditionId, segment) {
      const fileName = `${segment}.m4s`;
      if (!isTitleId(titleId) || !isRenditionId(renditionId) || !isRenditionFileName(fileName)) return;
      const folder = renditionFolder(titleId, renditionId);
      await orStoreError(`remove ${titleId}/${renditionId}/${fileName}`, () => removeDurably(folder, fileName));
    },

    async statFile(titleId, renditionId, fileName) {
      if (!isTitleId(titleId) || !isRenditionId(renditionId) || !isRenditionFileName(fileName)) return undefined;
      const stats = await absentAs(stat(join(renditionFolder(titleId, renditionId), fileName)), undefined);
      return stats?.isFile() ? { sizeBytes: stats.size, modifiedAtMs: Math.floor(stats.mtimeMs) } : undefined;
    },

    async readFile(titleId, renditionId, fileName, range) {
      if (!isTitleId(titleId) || !isRenditionId(renditionId) || !isRenditionFileName(fileName)) return undefined;
      const path = join(renditionFolder(titleId, renditionId), fileName);
      return absentAs(range === undefined ? readFile(path) : readRange(path, range), undefined);
    },

    async listSegments(titleId, renditionId) {
      if (!isTitleId(titleId) || !isRenditionId(renditionId)) return [];
      const folder = renditionFolder(titleId, renditionId);
      const segments = (await absentAs(readdir(folder), [])).map(parseSegmentName).filter((segment) => segment !== undefined);
      const sized = await Promise.all(
        segments.map(async (segment) => {
          const stats = await absentAs(stat(join(folder, `${segment}.m4s`)), undefined);
          return stats?.isFile() ? [{ segment, sizeBytes: stats.size }] : [];
        }),
      );
      return sized.flat().sort((a, b) => a.segment - b.segment);
    },

    async putAsset(titleId, name, bytes) {
      if (!isTitleId(titleId) || !isAssetName(name)) throw invalidName(`${titleId}/${name}`);
      await inTitle(titleId, () => writeReplacing(join(titleFolder(titleId), name), bytes));
    },

    async readAsset(titleId, name) {
      if (!isTitleId(titleId) || !isAssetName(name)) return undefined;
      return absentAs(readFile(join(titleFolder(titleId), name)), undefined);
    },

    async listAssets(titleId) {
      if (!isTitleId(titleId)) return [];
      return (await absentAs(readdir(titleFolder(titleId)), [])).filter(isAssetName);
    },
  };
}

async function makeFolder(path: string, parent: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  await syncFolder(parent);
}

async function removeDurably(folder: string, fileName: string): Promise<void> {
  try {
    await unlink(join(folder, fileName));
    await syncFolder(folder);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

async function readRange(path: string, range: { start: number; end: number }): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(Math.max(0, Math.min(range.end + 1, size) - range.start));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, range.start + filled);
      if (bytesRead === 0) throw new AppError('store_failed', `${path} became shorter while it was read.`);
      filled += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** Undefined when absent. Documents carry the version of their shape; only version 1 is known. */
async function readJson<Document extends { version: 1 }>(path: string): Promise<Document | undefined> {
  const text = await absentAs(readFile(path, 'utf8'), undefined);
  if (text === undefined) return undefined;
  let document: { version?: unknown } | null;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw unreadable(path, 'it is not JSON', error);
  }
  if (document?.version !== 1) throw unreadable(path, `its version is ${String(document?.version)}, this Millrace knows 1`);
  return document as Document;
}

function renderJson(document: TitleRecord | Plan): Uint8Array {
  return Buffer.from(`${JSON.stringify(document, null, 1)}\n`);
}

function unreadable(path: string, reason: string, cause?: unknown): AppError {
  return new AppError('store_failed', `${path} cannot be used: ${reason}.`, { cause });
}

function invalidName(name: string): AppError {
  return new AppError('name_invalid', `Nothing can be stored under the name ${JSON.stringify(name)}.`);
}

function inTitle<Result>(titleId: string, write: () => Promise<Result>): Promise<Result> {
  return orStoreError(`write to ${titleId}`, async () => {
    try {
      return await write();
    } catch (error) {
      if (!isAbsent(error)) throw error;
      throw new AppError('not_found', `The title ${titleId} is not there, or was removed.`, { cause: error });
    }
  });
}

async function orStoreError<Result>(action: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw storeError(error, action);
  }
}

/** What the read answers, or `fallback` when there is nothing at that path. */
async function absentAs<Result, Fallback>(read: Promise<Result>, fallback: Fallback): Promise<Result | Fallback> {
  try {
    return await read;
  } catch (error) {
    if (isAbsent(error)) return fallback;
    throw storeError(error, 'read');
  }
}

function storeError(error: unknown, action: string): AppError {
  const mapped = toAppError(error);
  if (mapped.code !== 'internal') return mapped;
  return new AppError('store_failed', `The segment store could not ${action}: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
}

/** EISDIR: a folder where the file would be, which is not the file. */
function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}
