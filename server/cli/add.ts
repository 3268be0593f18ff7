import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { AppError } from '../../pipeline/errors.ts';
import { isSubtitleName } from '../../pipeline/ingest/subtitle-name.ts';
import { acceptFile, openLibrary } from '../compose.ts';
import { type CommandContext, connectToServer } from './command-context.ts';

/**
 * `millrace add FILE`: through the server that works on this media home, else straight into it, to be encoded when one
 * starts. The file stays where it is.
 */
export async function addCommand(context: CommandContext, target: string, options: { json?: boolean }): Promise<void> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(target)) {
    throw new AppError('bad_request', 'Addresses cannot be added yet. Download the file and add that.');
  }
  const path = resolve(target);
  const stats = await stat(path).catch((error: unknown) => {
    throw new AppError('source_missing', `There is no file ${target}.`, { cause: error });
  });
  if (!stats.isFile()) throw new AppError('source_unreadable', `${target} is not a file.`);

  const added = await addFile(context, path);
  if (options.json) context.print(JSON.stringify(added));
  else if (isSubtitleName(path)) context.print(`${added.id}: these are subtitles of “${added.name}” now.`);
  else if (!added.isNew) context.print(`${added.id}: the library has this content already, as “${added.name}”.`);
  else context.print(added.url === null ? `${added.id}: in the library; it is encoded when the server runs.` : `${added.id}: ${added.url}`);
}

interface Added {
  id: string;
  name: string;
  isNew: boolean;
  /** Where it plays; null while no server runs. */
  url: string | null;
}

async function addFile(context: CommandContext, path: string): Promise<Added> {
  const server = await connectToServer(context);
  if (server !== undefined) {
    const { title, isNew } = await server.upload(path, basename(path));
    return { id: title.id, name: title.name, isNew, url: new URL(`/watch/${title.id}`, server.url).href };
  }
  const library = await openLibrary(context.settings, context.log);
  try {
    const { title, isNew } = await acceptFile(library, { path, name: basename(path), keepOriginal: true });
    return { id: title.id, name: title.name, isNew, url: null };
  } finally {
    await library.close();
  }
}
