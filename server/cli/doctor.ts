import { randomUUID } from 'node:crypto';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toAppError } from '../../pipeline/errors.ts';
import { locateFfmpeg } from '../../pipeline/ffmpeg/locate.ts';
import { openHttpServer } from '../http-server.ts';
import { ffmpegSettings } from '../plan-settings.ts';
import { findRunningServer } from '../running-server.ts';
import type { CommandContext } from './command-context.ts';

interface Finding {
  what: string;
  ok: boolean;
  detail: string;
}

/** Below this a film does not fit. */
const LEAST_FREE_BYTES = 2 * 1024 ** 3;

/** `millrace doctor`: whether this machine has what Millrace needs. Answers whether all is well. */
export async function doctorCommand(context: CommandContext, options: { json?: boolean }): Promise<boolean> {
  const findings = [await checkFfmpeg(context), await checkMediaHome(context), await checkSpace(context), await checkPort(context)];
  const isWell = findings.every((finding) => finding.ok);
  if (options.json) context.print(JSON.stringify({ ok: isWell, findings }));
  else for (const { ok, what, detail } of findings) context.print(`${ok ? 'ok ' : 'NOT'}  ${what}: ${detail}`);
  return isWell;
}

function checkFfmpeg({ settings, log }: CommandContext): Promise<Finding> {
  return check('ffmpeg', async () => {
    const tools = await locateFfmpeg({ ...ffmpegSettings(settings), log });
    return `${tools.version} at ${tools.ffmpegPath} (${tools.origin}), ffprobe at ${tools.ffprobePath}`;
  });
}

function checkMediaHome({ settings: { MEDIA_DIR } }: CommandContext): Promise<Finding> {
  return check('media home', async () => {
    await mkdir(MEDIA_DIR, { recursive: true });
    const trial = join(MEDIA_DIR, `.doctor-${randomUUID()}`);
    try {
      await writeFile(trial, 'trial', { flush: true });
    } finally {
      await rm(trial, { force: true });
    }
    return `${MEDIA_DIR} can be written`;
  });
}

function checkSpace({ settings: { MEDIA_DIR } }: CommandContext): Promise<Finding> {
  return check('disk', async () => {
    const { bavail, bsize } = await statfs(MEDIA_DIR);
    const free = `${(Number(bavail * bsize) / 1024 ** 3).toFixed(1)} GiB free`;
    if (bavail * bsize < LEAST_FREE_BYTES) throw new Error(`only ${free}`);
    return free;
  });
}

function checkPort({ settings: { HOST, PORT, MEDIA_DIR } }: CommandContext): Promise<Finding> {
  return check('port', async () => {
    const running = await findRunningServer(MEDIA_DIR);
    if (running !== undefined) return `Millrace runs at ${running}`;
    const server = await openHttpServer({ host: HOST, port: PORT });
    await server.close(0);
    return `${PORT} is free`;
  });
}

async function check(what: string, run: () => Promise<string>): Promise<Finding> {
  try {
    return { what, ok: true, detail: await run() };
  } catch (error) {
    const known = toAppError(error);
    return { what, ok: false, detail: known.code === 'internal' ? String((error as Error).message) : known.message };
  }
}
