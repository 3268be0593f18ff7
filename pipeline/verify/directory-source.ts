import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { AppError } from '../errors.ts';
import type { AuditInput } from '../model/hls/audit/audit-input.ts';
import { loadAuditInput } from './load-audit-input.ts';
import type { MediaSource, ReadResult } from './media-source.ts';

/** Stands for the directory: URIs with any other origin lead out of it. */
const ORIGIN = 'http://directory.invalid/';

/**
 * A title in a folder, as `millrace convert` writes it. `path` is the folder, or its multivariant playlist.
 * Nothing outside the folder is read, through links neither. Throws AppError `not_found` when there is no playlist.
 */
export async function loadFromDirectory(path: string): Promise<AuditInput> {
  return loadAuditInput(await createDirectorySource(path));
}

export async function createDirectorySource(path: string): Promise<MediaSource> {
  const isFolder = (await stat(path).catch(rethrowAsNotFound(path))).isDirectory();
  const root = await realpath(isFolder ? path : dirname(path));
  const name = isFolder ? await findMultivariant(root) : basename(path);
  const fileOf = (url: URL): string => decodeURIComponent(url.pathname).slice(1);
  return {
    target: path,
    multivariantUrl: new URL(encodeURIComponent(name), ORIGIN),
    describe: (url) => decodeOr(url.pathname.slice(1)),
    async read(url, maxBytes): Promise<ReadResult> {
      try {
        const file = await realpath(join(root, fileOf(url)));
        if (!file.startsWith(root + sep)) return { problem: 'It is outside the folder, and not read.' };
        return await readBounded(file, maxBytes);
      } catch (error) {
        return { problem: describeFailure(error) };
      }
    },
  };
}

async function readBounded(file: string, maxBytes: number): Promise<ReadResult> {
  const handle = await open(file);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return { problem: 'It is not a file.' };
    if (stats.size > maxBytes) return { problem: `It is larger than ${maxBytes} bytes.` };
    return { bytes: await handle.readFile() };
  } finally {
    await handle.close();
  }
}

async function findMultivariant(root: string): Promise<string> {
  const playlists = (await readdir(root)).filter((name) => name.endsWith('.m3u8'));
  if (playlists.includes('multivariant.m3u8')) return 'multivariant.m3u8';
  const [only, ...others] = playlists;
  if (only !== undefined && others.length === 0) return only;
  throw new AppError(
    'not_found',
    `The folder ${root} holds ${only === undefined ? 'no playlist' : 'several playlists and no multivariant.m3u8'}. Name the playlist, or a title of the library by its id.`,
  );
}

function rethrowAsNotFound(path: string): (error: unknown) => never {
  return (error) => {
    throw new AppError('not_found', `There is nothing at ${path}.`, { cause: error });
  };
}

function describeFailure(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'It does not exist.';
  return error instanceof Error ? error.message : String(error);
}

function decodeOr(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // A malformed escape: the path as it was written is the best name there is.
    return path;
  }
}
