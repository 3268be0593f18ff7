import { extname } from 'node:path';
import type { Request } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import { renderDisposition, safeFileName } from '../http/content-disposition.ts';
import type { Services } from '../services.ts';

/**
 * The header that `?download=name` asks for; an empty name is the title's. The file ends as the address does, whatever it is called.
 *
 * @throws AppError `bad_request` for more than one name
 */
export async function renderDownload({ store }: Pick<Services, 'store'>, req: Request): Promise<Record<string, string>> {
  const { download } = req.query;
  if (download === undefined) return {};
  if (typeof download !== 'string') throw new AppError('bad_request', 'Ask for one name to download under.');
  const name = download === '' ? (await store.readTitle(String(req.params.id)))?.name : download;
  return { 'Content-Disposition': renderDisposition('attachment', withExtension(safeFileName(name ?? ''), extname(req.path))) };
}

function withExtension(name: string, extension: string): string {
  return name.toLowerCase().endsWith(extension) ? name : `${name}${extension}`;
}
