import { reindex } from '../../pipeline/catalogue/reindex.ts';
import { openLibrary } from '../compose.ts';
import type { CommandContext } from './command-context.ts';

/** `millrace reindex`: makes the catalogue say what the media home holds. Safe beside a running server. */
export async function reindexCommand(context: CommandContext, options: { json?: boolean }): Promise<void> {
  const library = await openLibrary(context.settings, context.log);
  try {
    const { titles, segments } = await reindex(library);
    context.print(options.json ? JSON.stringify({ titles, segments }) : `${titles} titles with ${segments} segments are in the catalogue.`);
  } finally {
    await library.close();
  }
}
