import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { FurtherCodec } from '../model/ladder/codec-variants.ts';
import {
  CAPABILITY_LISTINGS,
  type FfmpegCapabilities,
  listMissingCapabilities,
  parseCapabilityListing,
  parseFfmpegVersion,
  parseX264Build,
  VIDEO_ENCODERS,
} from './capabilities.ts';
import { findConfinement } from './confinement.ts';
import { findLifeline } from './lifeline.ts';
import { readTrial, trialCommands } from './trial-encode.ts';

/** The ffmpeg and ffprobe that this process works with. */
export interface FfmpegTools {
  /** A path, or a bare name that the system finds on PATH. */
  ffmpegPath: string;
  ffprobePath: string;
  /** Of ffmpeg, e.g. `5.1.9`. */
  version: string;
  origin: FfmpegOrigin;
  /** Names what encodes, e.g. `libx264 core 164 r3095 baee400 ffmpeg 5.1.9 pictures-3`: equal names, equal parameter sets. */
  encoderFingerprint: string;
  /** Goes before every command, as far as the machine has it: see findConfinement and findLifeline. */
  lifeline?: readonly string[];
}

export type FfmpegOrigin = 'setting' | 'ffmpeg-static' | 'path';

export interface LocateOptions {
  /** FFMPEG_PATH: tried first. */
  ffmpegPath?: string | undefined;
  /** FFPROBE_PATH: tried first, beside any ffmpeg. */
  ffprobePath?: string | undefined;
  /** CODECS: what it must be able to encode beside H.264. */
  furtherCodecs?: readonly FurtherCodec[] | undefined;
  log: Log;
}

interface Candidate {
  origin: FfmpegOrigin;
  ffmpegPath: string;
}

/** Why a candidate is not taken, in words. */
class Unfit extends Error {}

const execute = promisify(execFile);

/** Counts up when videoEncoderArgs or pictureFilters change what parameter sets say: titles begun before go on in a new revision. */
const PICTURE_VERSION = 'pictures-3';

const QUERY = { timeout: 30_000, maxBuffer: 16 * 1024 * 1024 };

/**
 * Finds an ffmpeg that has everything we need: the one set, then ffmpeg-static's, then the one on PATH. Each is run and
 * made to encode a picture and a sound. Reports the choice, and why others were passed over.
 *
 * @throws AppError `ffmpeg_missing` when none will do; the message says why and what to type.
 */
export async function locateFfmpeg(options: LocateOptions): Promise<FfmpegTools> {
  const refused: string[] = [];
  for (const candidate of await listCandidates(options.ffmpegPath)) {
    try {
      const tools = await examine(candidate, options);
      report(tools, refused, options);
      return tools;
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      refused.push(`${candidate.ffmpegPath} (${candidate.origin}): ${error.message}`);
    }
  }
  throw new AppError(
    'ffmpeg_missing',
    `Millrace needs ffmpeg and ffprobe and found none that will do (${refused.join('; ')}). Type: ${installCommand()}`,
    { details: { refused } },
  );
}

function installCommand(): string {
  if (process.platform === 'darwin') return 'brew install ffmpeg';
  return process.getuid?.() === 0 ? 'apt-get install -y ffmpeg' : 'sudo apt-get install -y ffmpeg';
}

function report(tools: FfmpegTools, refused: string[], { ffmpegPath, log }: LocateOptions): void {
  const facts = { ffmpeg: tools.ffmpegPath, ffprobe: tools.ffprobePath, version: tools.version, origin: tools.origin, refused };
  // A setting that is not followed is a person's mistake to hear about.
  if (ffmpegPath !== undefined && tools.origin !== 'setting') log.warn(facts, 'FFMPEG_PATH names no ffmpeg that will do; using another');
  else log.info(facts, 'ffmpeg found');
}

async function listCandidates(setting: string | undefined): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  if (setting !== undefined) candidates.push({ origin: 'setting', ffmpegPath: setting });
  const packaged = await findPackagedFfmpeg();
  if (packaged !== undefined) candidates.push({ origin: 'ffmpeg-static', ffmpegPath: packaged });
  candidates.push({ origin: 'path', ffmpegPath: 'ffmpeg' });
  return candidates;
}

/** ffmpeg-static is an optional dependency: its download may have failed, and then the package is not there. */
async function findPackagedFfmpeg(): Promise<string | undefined> {
  const packageName: string = 'ffmpeg-static';
  try {
    const loaded = (await import(packageName)) as { default?: unknown };
    return typeof loaded.default === 'string' ? loaded.default : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** @throws Unfit */
async function examine({ origin, ffmpegPath }: Candidate, options: LocateOptions): Promise<FfmpegTools> {
  const { ffprobePath: ffprobeSetting, furtherCodecs = [], log } = options;
  const version = parseFfmpegVersion(await ask(ffmpegPath, ['-version']));
  if (version === undefined) throw new Unfit('it is no ffmpeg');
  const missing = listMissingCapabilities(await readCapabilities(ffmpegPath), furtherCodecs);
  if (missing.length > 0) throw new Unfit(`it lacks ${missing.join(', ')}`);
  const [ffprobePath, x264Build, further, confinement, lifeline] = await Promise.all([
    chooseFfprobe(ffmpegPath, ffprobeSetting),
    encodeTrial(ffmpegPath),
    Promise.all(furtherCodecs.map((codec) => nameEncoder(ffmpegPath, codec))),
    findConfinement(log),
    findLifeline(),
  ]);
  return {
    ffmpegPath,
    ffprobePath,
    version,
    origin,
    encoderFingerprint: [`libx264 ${x264Build} ffmpeg ${version} ${PICTURE_VERSION}`, ...further].join(' '),
    // The lifeline last: credentials that change behind it would cut it.
    lifeline: [...confinement, ...lifeline],
  };
}

/** @throws Unfit when it cannot be run */
async function readCapabilities(ffmpegPath: string): Promise<FfmpegCapabilities> {
  const kinds = Object.keys(CAPABILITY_LISTINGS) as (keyof FfmpegCapabilities)[];
  const listings = await Promise.all(
    kinds.map(async (kind) => [kind, parseCapabilityListing(kind, await ask(ffmpegPath, [CAPABILITY_LISTINGS[kind]]))] as const),
  );
  return Object.fromEntries(listings) as unknown as FfmpegCapabilities;
}

/** A listed encoder may still fail (a missing library, a processor it was not built for): one picture and one sound prove it. */
async function encodeTrial(ffmpegPath: string): Promise<string> {
  const sources = ['-f', 'lavfi', '-i', 'color=size=64x64:rate=1:duration=1', '-f', 'lavfi', '-i', 'anullsrc=duration=1'];
  const output = ['-c:v', 'libx264', '-c:a', 'aac', '-movflags', '+empty_moov+default_base_moof+frag_every_frame', '-f', 'mp4', 'pipe:1'];
  const bytes = await run(ffmpegPath, ['-v', 'error', ...sources, ...output]);
  return parseX264Build(bytes) ?? 'unnamed build';
}

/** By the parameter sets it makes, since libaom leaves its version nowhere: `libx265 3f2a90c1`. */
async function nameEncoder(ffmpegPath: string, codec: FurtherCodec): Promise<string> {
  const hash = createHash('sha256');
  for (const command of trialCommands(codec)) {
    const configuration = readTrial(await run(ffmpegPath, command));
    if (!configuration) throw new Unfit(`its ${VIDEO_ENCODERS[codec]} makes nothing that can be read`);
    hash.update(configuration);
  }
  return `${VIDEO_ENCODERS[codec]} ${hash.digest('hex').slice(0, 8)}`;
}

async function chooseFfprobe(ffmpegPath: string, setting: string | undefined): Promise<string> {
  const beside = join(dirname(ffmpegPath), 'ffprobe');
  const isBare = dirname(ffmpegPath) === '.';
  const candidates = [setting, isBare || !(await exists(beside)) ? undefined : beside, 'ffprobe'];
  for (const ffprobePath of candidates) {
    if (ffprobePath === undefined) continue;
    try {
      if (parseFfmpegVersion(await ask(ffprobePath, ['-version'])) !== undefined) return ffprobePath;
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
    }
  }
  throw new Unfit('no ffprobe goes with it');
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function ask(command: string, args: string[]): Promise<string> {
  return (await run(command, ['-hide_banner', ...args])).toString('utf8');
}

/** @throws Unfit when the command is not there, or fails */
async function run(command: string, args: string[]): Promise<Buffer> {
  try {
    return (await execute(command, args, { ...QUERY, encoding: 'buffer' })).stdout;
  } catch (error) {
    const { code, stderr } = error as { code?: string | number; stderr?: Buffer };
    if (code === 'ENOENT') throw new Unfit('not found', { cause: error });
    if (code === 'EACCES') throw new Unfit('it may not be run', { cause: error });
    const lastLine = stderr?.toString('utf8').trim().split('\n').at(-1);
    throw new Unfit(lastLine ? `it fails: ${lastLine}` : `it fails (${String(code)})`, { cause: error });
  }
}
