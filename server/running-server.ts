import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../pipeline/errors.ts';
import { isProcessAlive } from '../pipeline/process-alive.ts';
import { processStart } from '../pipeline/process-start.ts';

/** In the media home: which process serves it, and where. */
const FILE_NAME = 'server.json';
const ANSWER_MS = 2_000;

/** `start`: see processStart. In a container every server has the same pid. */
const RECORD = z.object({ url: z.url(), pid: z.number(), start: z.string().optional() });

/** Where nobody can tell whether a pid is used again: for so long a note counts alone. */
const START_MS = 60_000;

/**
 * Takes a media home for this process, which serves it at `url`: for commands to find it, and so that no other server works on
 * it. Answers the function that gives it back.
 *
 * @throws AppError `already_running`, `config_invalid` where the media home cannot be written
 */
export async function noteRunningServer(mediaDir: string, url: string): Promise<() => Promise<void>> {
  const path = join(mediaDir, FILE_NAME);
  const note = `${JSON.stringify({ url, pid: process.pid, start: processStart(process.pid) })}\n`;
  try {
    await mkdir(mediaDir, { recursive: true });
    await writeFile(path, note, { flag: 'wx' }).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      const other = (await findRunningServer(mediaDir)) ?? (await findSilentServer(path));
      if (other !== undefined) throw new AppError('already_running', `Millrace already runs on this media home, at ${other}.`);
      await rm(path, { force: true });
      await writeFile(path, note, { flag: 'wx' });
    });
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('config_invalid', `The media home ${mediaDir} cannot be written: ${(error as Error).message}. MEDIA_DIR moves it.`, {
      cause: error,
    });
  }
  return async () => {
    if ((await readNote(path))?.pid === process.pid) await rm(path, { force: true });
  };
}

/** One that lives without answering: it starts, is stopped, or has too much to do. */
async function findSilentServer(path: string): Promise<string | undefined> {
  const [note, facts] = [await readNote(path), await stat(path).catch(() => undefined)];
  if (note === undefined || facts === undefined || !isProcessAlive(note.pid) || isPidUsedAgain(note)) return undefined;
  const isCertain = note.start !== undefined && note.start === processStart(note.pid);
  return isCertain || Date.now() - facts.mtimeMs <= START_MS ? note.url : undefined;
}

/** The address of the server that works on this media home. A note that a kill left behind is known by nobody answering to it. */
export async function findRunningServer(mediaDir: string): Promise<string | undefined> {
  const note = await readNote(join(mediaDir, FILE_NAME));
  if (note === undefined || isPidUsedAgain(note)) return undefined;
  try {
    const answer = await fetch(new URL('/healthz', note.url), { signal: AbortSignal.timeout(ANSWER_MS) });
    const { pid } = (await answer.json()) as { pid?: unknown };
    return pid === note.pid ? note.url : undefined;
  } catch {
    // Nobody there, or somebody else: either way not our server.
    return undefined;
  }
}

/** Else a server that starts where a killed one had the same pid would take itself for that one, and never start. */
function isPidUsedAgain({ pid, start }: z.infer<typeof RECORD>): boolean {
  const startNow = processStart(pid);
  return start !== undefined && startNow !== undefined && startNow !== start;
}

async function readNote(path: string): Promise<z.infer<typeof RECORD> | undefined> {
  try {
    return RECORD.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch {
    // Absent, or cut short by a kill: nothing is noted.
    return undefined;
  }
}
