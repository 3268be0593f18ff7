import { renderAuditReport } from '../../pipeline/model/hls/audit/render-audit-report.ts';
import { runVerify } from '../../pipeline/verify/verify.ts';
import { type Library, openLibrary } from '../compose.ts';
import { type CommandContext, connectToServer } from './command-context.ts';

/** `millrace verify TITLE|DIR|URL`: judges a title by the rules of HLS. Answers whether it breaks none of the MUSTs. */
export async function verifyCommand(context: CommandContext, target: string, options: { json?: boolean }): Promise<boolean> {
  const library = await openLibrary(context.settings, context.log);
  try {
    const titleId = await findTitleId(library, target);
    // Through the server where one runs: it answers what a viewer gets, and encodes what is missing.
    const server = titleId === undefined ? undefined : await connectToServer(context);
    const meant = server === undefined ? (titleId ?? target) : `${server.url}/titles/${titleId}`;
    const report = await runVerify({ target: meant, log: context.log, store: library.store });
    context.print(options.json ? JSON.stringify(report) : renderAuditReport(report).trimEnd());
    return report.conforms;
  } finally {
    await library.close();
  }
}

/** A title by its id, or by its name where only one has it. */
async function findTitleId({ catalogue }: Library, target: string): Promise<string | undefined> {
  const titles = (await catalogue.listTitles()).map((title) => title.record);
  const byId = titles.find((title) => title.id === target);
  if (byId !== undefined) return byId.id;
  const named = titles.filter((title) => title.name === target.normalize('NFC'));
  return named.length === 1 ? named[0]?.id : undefined;
}
