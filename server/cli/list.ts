import type { TitleView } from '../../pipeline/model/title.ts';
import { openLibrary } from '../compose.ts';
import { readTitleView } from '../title-view.ts';
import { type CommandContext, connectToServer } from './command-context.ts';

/** `millrace list`: the titles, newest first; from the server where one runs, since it knows what is going on. */
export async function listCommand(context: CommandContext, options: { json?: boolean }): Promise<void> {
  const titles = await readTitles(context);
  if (options.json) context.print(JSON.stringify({ titles }));
  else if (titles.length === 0) context.print('The library is empty.');
  else for (const title of titles) context.print(renderTitleLine(title));
}

/** Without a server nothing is encoded, measured or in the way. */
const NOTHING_RUNS = { problemOf: () => undefined, encodeSpeed: () => null };

async function readTitles(context: CommandContext): Promise<TitleView[]> {
  const server = await connectToServer(context);
  if (server !== undefined) return server.listTitles();
  const library = await openLibrary(context.settings, context.log);
  try {
    return await Promise.all((await library.catalogue.listTitles()).map((title) => readTitleView({ ...library, ...NOTHING_RUNS }, title)));
  } finally {
    await library.close();
  }
}

function renderTitleLine({ id, state, progress, durationSeconds, name, error }: TitleView): string {
  const percent = `${Math.floor(progress * 100)} %`.padStart(5);
  const why = error === undefined ? '' : ` (${error.message})`;
  return `${id.padEnd(12)}  ${state.padEnd(8)}  ${percent}  ${renderDuration(durationSeconds).padStart(8)}  ${name}${why}`;
}

/** Hours, minutes and seconds, e.g. `1:02:03`. */
function renderDuration(seconds: number | null): string {
  if (seconds === null) return '–';
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = `${String(minutes).padStart(hours > 0 ? 2 : 1, '0')}:${String(rest).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}
